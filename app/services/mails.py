"""Mails to users: written in the transaction of what they tell of, sent by the worker.

Claim, call, record, as for messages. But a mail whose outcome is unknown (the worker died between
claim and record, the server's answer got lost) is sent again: at worst it arrives twice, with the
same Message-ID, which is better than a user without his password.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import clock
from app.domain import back_off, mail_texts, phone_numbers
from app.domain.mail_texts import MailText, Reader, Sender
from app.domain.roles import Role
from app.domain.sign_in_rules import RESET_VALID, TEMPORARY_VALID
from app.models import mail as mail_table
from app.models import membership as membership_table
from app.models.database import after_commit, session, transaction
from app.models.mail import Mail, MailStatus
from app.models.user import User
from app.providers.mail import Letter, MailDelayed, Mailer, MailRefused

log = logging.getLogger(__name__)

BATCH = 200
MAX_ATTEMPTS = 20
FIRST_DELAY_S = 10.0
LONGEST_DELAY_S = 3600.0  # with 20 attempts, a mail server may be away for half a day
STUCK_AFTER = timedelta(minutes=10)
LONGEST_ERROR = 200


@dataclass(frozen=True)
class _Setup:
    sender: Sender
    enqueue: Callable[[int], None]


class _Process:
    """What `configure` has set for this process."""

    setup: _Setup | None = None


def configure(sender: Sender, enqueue: Callable[[int], None]) -> None:
    """Say once per process who writes, and how the worker is told of a mail's id (at once, never
    raising)."""
    _Process.setup = _Setup(sender, enqueue)


def portal_link(path: str) -> str:
    """The address of a page of the portal, for a mail."""
    return f"{_setup().sender.portal_base_url}{path}"


def mail_temporary_password(user: User, password: str) -> None:
    """Inside a transaction: write the mail with the temporary password, which begins to count
    now."""
    text = mail_texts.temporary_password(
        _setup().sender,
        _reader(user),
        password=password,
        valid_until=clock.now() + TEMPORARY_VALID,
    )
    _write(user, "temporary_password", text)


def mail_password_reset(user: User, *, link: str, code: str) -> None:
    """Inside a transaction: write the mail with the link and the 認証コード, which begin to count
    now."""
    text = mail_texts.password_reset(
        _setup().sender,
        _reader(user),
        link=link,
        code=code,
        valid_until=clock.now() + RESET_VALID,
    )
    _write(user, "password_reset", text)


def mail_plan_failed(user: User, *, number: str, starts_at: datetime, path: str) -> None:
    """Inside a transaction: tell who planned a publication that it did not begin; `number` in
    E.164, `path` the portal's page that says why."""
    text = mail_texts.plan_failed(
        _setup().sender,
        _reader(user),
        number=phone_numbers.display(number),
        starts_at=starts_at,
        link=portal_link(path),
    )
    _write(user, "plan_failed", text)


def send_mail(mail_id: int, mailer: Mailer) -> None:
    """Hand over one waiting mail that is due; does nothing for any other."""
    claimed = _claim(mail_id)
    if claimed is None:
        return
    letter, attempts = claimed
    try:
        mailer.send(letter)
    except MailRefused as refusal:
        log.warning("mail %s is refused: %s", mail_id, refusal)
        _settle(mail_id, attempts, MailStatus.FAILED, str(refusal))
    except MailDelayed as delay:
        log.warning("mail %s has to wait: %s", mail_id, delay)
        _put_back(mail_id, attempts, str(delay))
    else:
        _settle(mail_id, attempts, MailStatus.SENT, None)


def waiting_mails() -> Sequence[int]:
    """Mails that are due and that nobody is sending."""
    with transaction():
        return mail_table.due(clock.now(), BATCH)


def release_stuck_mails() -> None:
    """Mails that somebody began to send long ago, and never reported on, wait again."""
    with transaction():
        stuck = mail_table.claimed_before(clock.now() - STUCK_AFTER, BATCH)
    for mail_id, attempts in stuck:
        log.warning("mail %s: outcome unknown, it is sent again", mail_id)
        _put_back(mail_id, attempts, "no outcome")


def retry_delay_s(attempts: int) -> float:
    """How long the mail waits after so many attempts, in seconds."""
    return back_off.delay_s(attempts, first_s=FIRST_DELAY_S, longest_s=LONGEST_DELAY_S)


def _setup() -> _Setup:
    assert _Process.setup is not None, "the program calls configure() when it starts"
    return _Process.setup


def _reader(user: User) -> Reader:
    roles = {membership.role for membership in membership_table.of_user(user.id)}
    asks_admin = bool(roles) and Role.COMPANY_ADMIN not in roles
    return Reader(user.name, user.mail_address, has_company_admin=asks_admin)


def _write(user: User, kind: str, text: MailText) -> None:
    setup = _setup()
    with transaction():
        mail = Mail(
            user_id=user.id,
            kind=kind,
            recipient=user.mail_address,
            subject=text.subject,
            body=text.body,
        )
        session.add(mail)
        session.flush()
        mail_id = mail.id
        after_commit(lambda: setup.enqueue(mail_id))


def _claim(mail_id: int) -> tuple[Letter, int] | None:
    """Make the mail this worker's own, or None when it is not waiting, not due or somebody
    else's."""
    with transaction():
        if not mail_table.claim(mail_id, clock.now()):
            return None
        mail = session.get_one(Mail, mail_id)
        letter = Letter(mail.id, mail.created_at, mail.recipient, mail.subject, mail.body)
        return letter, mail.attempts


def _settle(mail_id: int, attempts: int, status: MailStatus, error: str | None) -> None:
    """The secret in the body is kept no longer than it is needed."""
    with transaction():
        mail = _still_ours(mail_id, attempts)
        if mail is None:
            return
        mail.status = status
        mail.body = ""
        mail.error = error[:LONGEST_ERROR] if error else None
        mail.sent_at = clock.now() if status is MailStatus.SENT else None


def _put_back(mail_id: int, attempts: int, error: str) -> None:
    """Wait and try again, at last give up."""
    if attempts >= MAX_ATTEMPTS:
        _settle(mail_id, attempts, MailStatus.FAILED, error)
        return
    with transaction():
        mail = _still_ours(mail_id, attempts)
        if mail is not None:
            mail.status = MailStatus.WAITING
            mail.error = error[:LONGEST_ERROR]
            mail.next_attempt_at = clock.now() + timedelta(seconds=retry_delay_s(attempts))


def _still_ours(mail_id: int, attempts: int) -> Mail | None:
    """The mail, unless it was taken for stuck and claimed anew meanwhile."""
    mail = mail_table.lock(mail_id)
    ours = mail and mail.status is MailStatus.SENDING and mail.attempts == attempts
    return mail if ours else None
