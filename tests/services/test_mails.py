"""Mails: written with what they tell of, sent once, tried again, and emptied of their secret."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.domain.mail_texts import Sender
from app.domain.roles import Role
from app.models.database import session, transaction
from app.models.mail import Mail, MailStatus
from app.models.user import User
from app.providers.mail import Letter, MailDelayed, MailRefused
from app.services import mails
from tests.support import factories

pytestmark = pytest.mark.usefixtures("db")


class Postman:
    """Takes letters, or fails as it is told."""

    def __init__(self, failure: BaseException | None = None) -> None:
        self.failure = failure
        self.letters: list[Letter] = []

    def send(self, letter: Letter) -> None:
        if self.failure:
            raise self.failure
        self.letters.append(letter)


class Killed(BaseException):
    """Whatever ends a worker between claim and record."""


@pytest.fixture
def told() -> list[int]:
    ids: list[int] = []
    mails.configure(
        Sender("https://portal.example", "Todoku", "https://support.example", "no-reply@a.example"),
        ids.append,
    )
    return ids


@pytest.fixture
def mail_id(told: list[int]) -> int:
    user = factories.member_of(factories.account(), Role.MEMBER)
    with transaction():
        mails.mail_temporary_password(session.get_one(User, user.id), "Xy7!secret")
    (new,) = told
    return new


def now(mail_id: int) -> Mail:
    session.remove()
    return session.get_one(Mail, mail_id)


def test_the_worker_is_told_after_the_commit_only(told: list[int]) -> None:
    user = factories.user()
    with transaction():
        mails.mail_password_reset(session.get_one(User, user.id), link="https://x", code="1")
        assert told == []
    assert len(told) == 1


def test_nothing_is_written_or_told_when_the_transaction_fails(told: list[int]) -> None:
    user = factories.user()

    def fail_late() -> None:
        with transaction():
            mails.mail_password_reset(session.get_one(User, user.id), link="https://x", code="1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    assert told == []
    assert session.query(Mail).count() == 0


def test_sent_once_and_emptied(mail_id: int) -> None:
    postman = Postman()
    mails.send_mail(mail_id, postman)
    mails.send_mail(mail_id, postman)
    (letter,) = postman.letters
    assert "Xy7!secret" in letter.body
    assert "企業管理者" in letter.body
    mail = now(mail_id)
    assert (mail.status, mail.body, mail.attempts) == (MailStatus.SENT, "", 1)
    assert mail.sent_at is not None
    assert mail.error is None


def test_eight_workers_at_once_send_it_once(mail_id: int) -> None:
    postman = Postman()

    def work(_: int) -> None:
        mails.send_mail(mail_id, postman)
        session.remove()

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(work, range(8)))
    assert len(postman.letters) == 1


def test_a_refusal_is_final_and_emptied(mail_id: int) -> None:
    mails.send_mail(mail_id, Postman(MailRefused("550 " + "no such user " * 50)))
    mail = now(mail_id)
    assert (mail.status, mail.body) == (MailStatus.FAILED, "")
    assert mail.error is not None
    assert mail.error.startswith("550 no such user")
    mails.send_mail(mail_id, postman := Postman())
    assert postman.letters == []


def test_a_delay_is_tried_again_when_its_time_has_come(mail_id: int) -> None:
    mails.send_mail(mail_id, Postman(MailDelayed("421 later")))
    mail = now(mail_id)
    assert mail.status is MailStatus.WAITING
    assert "Xy7!secret" in mail.body
    due = mail.next_attempt_at
    assert due > clock.now()
    assert list(mails.waiting_mails()) == []
    with time_machine.travel(due + timedelta(seconds=1)):
        assert list(mails.waiting_mails()) == [mail_id]
        mails.send_mail(mail_id, postman := Postman())
    assert len(postman.letters) == 1


def test_the_last_try_gives_up(mail_id: int) -> None:
    with transaction():
        session.get_one(Mail, mail_id).attempts = mails.MAX_ATTEMPTS - 1
    mails.send_mail(mail_id, Postman(MailDelayed("421 later")))
    assert (now(mail_id).status, now(mail_id).body) == (MailStatus.FAILED, "")


def test_killed_between_claim_and_record_it_is_sent_again(mail_id: int) -> None:
    with pytest.raises(Killed):
        mails.send_mail(mail_id, Postman(Killed()))
    assert now(mail_id).status is MailStatus.SENDING
    mails.release_stuck_mails()
    assert now(mail_id).status is MailStatus.SENDING  # somebody may still be at it
    later = clock.now() + mails.STUCK_AFTER + timedelta(seconds=1)
    with time_machine.travel(later):
        mails.release_stuck_mails()
    assert now(mail_id).status is MailStatus.WAITING
    with time_machine.travel(later + timedelta(minutes=1)):
        mails.send_mail(mail_id, postman := Postman())
    assert [letter.id for letter in postman.letters] == [mail_id]
    assert now(mail_id).attempts == 2


def test_one_taken_for_dead_does_not_undo_what_another_did(mail_id: int) -> None:
    class Slow(Postman):
        def send(self, letter: Letter) -> None:
            with time_machine.travel(clock.now() + timedelta(minutes=11)):
                mails.release_stuck_mails()
            with time_machine.travel(clock.now() + timedelta(minutes=20)):
                mails.send_mail(letter.id, Postman())
            raise MailDelayed("too late")

    mails.send_mail(mail_id, Slow())
    assert now(mail_id).status is MailStatus.SENT
    assert now(mail_id).body == ""


def test_a_company_admin_asks_support(told: list[int]) -> None:
    admin = factories.member_of(factories.account(), Role.COMPANY_ADMIN)
    with transaction():
        mails.mail_temporary_password(session.get_one(User, admin.id), "Xy7!secret")
    assert "企業管理者" not in now(told[0]).body


def test_back_off_grows_and_has_a_ceiling() -> None:
    assert 5 <= mails.retry_delay_s(1) <= 10
    assert 40 <= mails.retry_delay_s(4) <= 80
    assert 1800 <= mails.retry_delay_s(40) <= 3600
