"""Passwords that fulfil the other rules and are guessed early nevertheless."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.demo_logins import PASSWORD
from app.domain.guessable_passwords import is_guessable
from app.domain.passwords import temporary_password


@pytest.mark.parametrize(
    "password",
    ["Password1!", "P@ssw0rd123", "Qwerty123!", "Qwer1234!@", "Abcdefg123!", "Aa1!Aa1!Aa1!"],
)
def test_what_many_choose_is_guessed(password: str) -> None:
    assert is_guessable(password, ())


@pytest.mark.parametrize("password", ["Correct-Horse7", "Kq7!vTz2#w", PASSWORD])
def test_what_few_choose_is_not(password: str) -> None:
    assert not is_guessable(password, ())


@pytest.mark.parametrize(
    ("password", "about_user"),
    [
        ("Kurosaki2026!", "kurosaki@example.jp"),
        ("Kurosaki2026!", "Kurosaki Hanako"),
        ("Zaimubu-9", "zaimu.bu@example.jp"),
        ("Midoriya-24", "Midoriya Foods K.K."),
    ],
)
def test_the_users_own_words_are_tried_first(password: str, about_user: str) -> None:
    assert not is_guessable(password, ("自分", "b.c@example"))
    assert is_guessable(password, ("自分", about_user, "b.c@example"))


def test_temporary_passwords_are_not_guessed() -> None:
    made = [temporary_password() for _ in range(100)]
    assert not [password for password in made if is_guessable(password, ())]


@pytest.mark.parametrize(
    "password",
    [
        "aB3$" * 250_000,
        "4@8({[<3691!|705$+%2" * 50_000,
        "{[<(|!1i" * 125_000,
        "(" * 1_000_000,
        "Kq7!vTz2#wLm4%xR9?pQ" * 50_000,
    ],
)
def test_a_megabyte_takes_no_longer_than_a_word(password: str) -> None:
    """Around 20 ms at most; unbounded, 40 chosen characters took 0.7 s and a megabyte for ever."""
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        is_guessable(password, ("taro@example.jp",) * 20)
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.5


def test_own_words_of_one_user_never_count_for_another() -> None:
    def judge(name: str) -> bool:
        return is_guessable("Kurosaki2026!", (name,))

    with ThreadPoolExecutor(4) as threads:
        judged = list(threads.map(judge, ["Kurosaki", "Someone"] * 100))
    assert judged == [True, False] * 100
