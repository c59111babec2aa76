"""The rules of new passwords (SPEC §4)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.passwords import (
    PasswordRule,
    broken_rules,
    hash_password,
    is_right,
    temporary_password,
)

MAIL = "taro.yamada@example.jp"
GOOD = "Good-Walkw0rd"


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        (GOOD, ()),
        ("Kq7!vTz2#w", ()),
        ("Kq7!vTz2#", (PasswordRule.LENGTH,)),
        ("Aa1!Aa1!Aa", (PasswordRule.NOT_GUESSABLE,)),
        ("good-walkw0rd", (PasswordRule.UPPER,)),
        ("GOOD-WALKW0RD", (PasswordRule.LOWER,)),
        ("Good-Walkword", (PasswordRule.DIGIT,)),
        ("GoodWalkw0rd", (PasswordRule.SYMBOL,)),
        ("Good-Walkw0rd ", (PasswordRule.NO_SPACE,)),
        ("Good-Walkw0rd\n", (PasswordRule.NO_SPACE,)),
        ("Good-Walk\u3000w0rd", (PasswordRule.NO_SPACE,)),
        ("1!Taro.Yamada", (PasswordRule.NOT_MAIL_NAME,)),
        ("Ｇood-Ｗalkw０rd", (PasswordRule.UPPER, PasswordRule.DIGIT)),
        (
            "",
            (
                PasswordRule.LENGTH,
                PasswordRule.UPPER,
                PasswordRule.LOWER,
                PasswordRule.DIGIT,
                PasswordRule.SYMBOL,
            ),
        ),
    ],
)
def test_each_rule(password: str, broken: tuple[PasswordRule, ...]) -> None:
    assert broken_rules(password, MAIL) == broken


@pytest.mark.parametrize("mail_address", ["go@example.jp", "g@example.jp", "", "no-at-sign"])
def test_a_short_local_part_forbids_nothing(mail_address: str) -> None:
    assert broken_rules(GOOD, mail_address) == ()


def test_a_local_part_of_three_characters_counts() -> None:
    assert broken_rules(GOOD, "goo@example.jp") == (PasswordRule.NOT_MAIL_NAME,)


@given(st.text(max_size=40))
def test_a_password_is_good_exactly_when_it_has_all_it_needs(password: str) -> None:
    has_all = (
        len(password) >= 10
        and any("A" <= letter <= "Z" for letter in password)
        and any("a" <= letter <= "z" for letter in password)
        and any("0" <= letter <= "9" for letter in password)
        and any(letter in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" for letter in password)
        and not any(letter.isspace() for letter in password)
        and "taro.yamada" not in password.lower()
    )
    assert (spelled_out(broken_rules(password, MAIL)) == ()) is has_all


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=20))
def test_what_is_added_to_a_good_password_keeps_it_good(more: str) -> None:
    assume("taro.yamada" not in (GOOD + more).lower())
    assert spelled_out(broken_rules(GOOD + more, MAIL)) == ()


def spelled_out(rules: tuple[PasswordRule, ...]) -> tuple[PasswordRule, ...]:
    """Without the one that is a judgement: domain/test_guessable_passwords."""
    return tuple(rule for rule in rules if rule is not PasswordRule.NOT_GUESSABLE)


def test_temporary_passwords_are_good_different_and_easy_to_type() -> None:
    made = {temporary_password() for _ in range(300)}
    assert len(made) == 300
    for password in made:
        assert broken_rules(password, "") == ()
        assert not set(password) & set("0O1lI")


def test_a_stored_password_is_not_readable_and_fits_only_itself() -> None:
    stored = hash_password(GOOD)
    assert GOOD not in stored
    assert stored != hash_password(GOOD)
    assert is_right(GOOD, stored)
    assert not is_right(f"{GOOD}x", stored)
    assert not is_right(GOOD, None)
    assert not is_right(GOOD, "not a hash")
