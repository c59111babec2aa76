"""「パスワード初期化」: link and 認証コード, an hour, once, the newest only (SPEC §4)."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.domain.mail_texts import Sender
from app.domain.refusals import Refusal
from app.models.database import session, transaction
from app.models.mail import Mail
from app.models.password_reset import PasswordReset
from app.models.user import User
from app.services import mails, password_resets
from app.services.password_resets import begin_reset, request_reset, reset_password, user_of
from tests.services.sign_in_support import ADDRESS, NEW, attempt, change, now_of, recorded
from tests.support import factories
from tests.support.parallel import at_once

pytestmark = pytest.mark.usefixtures("db", "quick_hash")
PORTAL = "https://portal.example"


class Mailed(NamedTuple):
    token: str
    code: str

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 10**8:08d}"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The mails that the worker was told of."""
    sent: list[int] = []
    mails.configure(
        Sender(PORTAL, "Todoku", "https://support.example", "no-reply@todoku.example"), sent.append
    )
    monkeypatch.setattr(password_resets, "ANSWERED_AFTER_S", 0.0)
    return sent


def asked(who: User) -> Mailed:
    with transaction():
        begin_reset(session.get_one(User, who.id))
    return last_mailed()


def last_mailed() -> Mailed:
    mail = session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert mail is not None
    link = re.search(rf"{PORTAL}/password-reset/(\S+)", mail.body)
    code = re.search(r"(?<!\d)\d{8}(?!\d)", mail.body.replace(link[0], "") if link else "")
    assert link
    assert code
    session.commit()
    return Mailed(link[1], code[0])


def reset(mailed: Mailed, code: str = "", password: str = NEW) -> None:
    reset_password(mailed.token, code or mailed.code, password, address=ADDRESS)


def refused(mailed: Mailed, code: str = "", password: str = NEW) -> str:
    with pytest.raises(Refusal) as refusal:
        reset(mailed, code, password)
    return refusal.value.code


def test_link_and_code_set_a_new_password_once(told: list[int]) -> None:
    who = factories.user()
    change(who, failed_sign_ins=5, locked_until=clock.now() + timedelta(minutes=20))
    request_reset(f" {who.mail_address.upper()} ")
    assert len(told) == 1
    mailed = last_mailed()
    found = user_of(mailed.token)
    assert found is not None
    assert found.id == who.id
    reset(mailed)
    assert now_of(who).session_epoch == who.session_epoch + 1
    attempt(who.mail_address, NEW)
    assert refused(mailed, password="Passw0rd-of-a-thief") == "reset_ended"
    assert user_of(mailed.token) is None
    assert recorded() == [("password.reset_requested", ""), ("password.reset", ""), ("sign_in", "")]


@pytest.mark.parametrize("kind", ["unknown", "suspended", "deleted"])
def test_who_may_not_sign_in_gets_no_mail(told: list[int], kind: str) -> None:
    who = factories.user(is_active=kind != "suspended")
    change(who, deleted_at=clock.now() if kind == "deleted" else None)
    request_reset("nobody@example.jp" if kind == "unknown" else who.mail_address)
    assert told == []
    assert session.scalar(select(func.count()).select_from(PasswordReset)) == 0


def test_the_answer_takes_alike_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_resets, "ANSWERED_AFTER_S", 0.3)
    who = factories.user()
    for mail_address in (who.mail_address, "nobody@example.jp"):
        started = time.perf_counter()
        request_reset(mail_address)
        assert 0.3 <= time.perf_counter() - started < 0.6


def test_only_hashes_are_kept() -> None:
    mailed = asked(factories.user())
    row = session.scalars(select(PasswordReset)).one()
    assert row.token_hash == hashlib.sha256(mailed.token.encode()).hexdigest()
    assert row.code_hash != hashlib.sha256(mailed.code.encode()).hexdigest(), "could be guessed"
    assert len(mailed.token) >= 43, "256 bits in base64"


def test_the_newest_only() -> None:
    who = factories.user()
    earlier, newer = asked(who), asked(who)
    assert refused(earlier) == "reset_ended"
    assert refused(newer, earlier.code) == "wrong_reset_code"
    reset(newer)


def test_of_many_asked_for_at_once_one_is_open() -> None:
    who = factories.user()
    assert at_once(*[partial(request_reset, who.mail_address)] * 8) == [None] * 8
    still_open = select(func.count()).where(PasswordReset.ended_at.is_(None))
    assert session.scalar(still_open) == 1


def test_valid_for_an_hour(frozen: time_machine.Traveller) -> None:
    who = factories.user()
    first = asked(who)
    frozen.shift(timedelta(hours=1))
    assert refused(first) == "reset_ended"
    assert user_of(first.token) is None
    second = asked(who)
    frozen.shift(timedelta(minutes=59))
    reset(second)


def test_five_wrong_codes_end_it() -> None:
    mailed = asked(factories.user())
    answers = [refused(mailed, mailed.wrong_code) for _ in range(5)]
    assert answers == ["wrong_reset_code"] * 4 + ["reset_ended"]
    assert refused(mailed) == "reset_ended"
    assert ("password.reset_failed", "wrong_code") in recorded()


def test_wrong_codes_at_once_are_all_counted() -> None:
    mailed = asked(factories.user())
    answers = at_once(*[partial(reset, mailed, mailed.wrong_code)] * 30)
    assert Counter(str(answer) for answer in answers) == {"wrong_reset_code": 4, "reset_ended": 26}


def test_of_two_resets_at_once_one_is_done() -> None:
    mailed = asked(factories.user())
    answers = at_once(*[partial(reset, mailed, password=f"{NEW}-{n}") for n in range(4)])
    assert Counter(str(answer) for answer in answers) == {"None": 1, "reset_ended": 3}


def test_a_refused_password_uses_up_neither_link_nor_code() -> None:
    mailed = asked(factories.user())
    assert refused(mailed, password="short") == "password_rules"
    assert refused(mailed, password=factories.PASSWORD) == "password_used_before"
    reset(mailed)


@pytest.mark.parametrize("values", [{"is_active": False}, {"deleted_at": "now"}])
def test_a_user_who_may_not_sign_in_any_more_resets_nothing(values: dict[str, object]) -> None:
    who = factories.user()
    mailed = asked(who)
    change(who, **{key: clock.now() if value == "now" else value for key, value in values.items()})
    assert refused(mailed) == "reset_ended"


def test_a_temporary_password_that_has_run_out_is_replaced(
    frozen: time_machine.Traveller,
) -> None:
    who = factories.user()
    change(who, password_is_temporary=True, password_set_at=clock.now())
    frozen.shift(timedelta(days=20))
    reset(asked(who))
    assert not attempt(who.mail_address, NEW).must_change_password


@pytest.mark.parametrize("typed", ["in groups", "full-width"])
def test_the_code_is_taken_however_it_is_typed(typed: str) -> None:
    mailed = asked(factories.user())
    wide = mailed.code.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    code = wide if typed == "full-width" else f" {mailed.code[:4]}-{mailed.code[4:]} "
    reset(mailed, code)


def test_a_made_up_link_is_refused() -> None:
    assert refused(Mailed("made-up", "12345678")) == "reset_ended"
