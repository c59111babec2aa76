"""Rows for tests, each committed at once; what a test does not say is filled in and unique.

Call them with the `db` fixture in use. They return the row loaded and detached: its columns
can be read, its relationships cannot. Rows of tenants are written whatever the scope is; to read
them a test sets its own `account_scope`.
"""

from __future__ import annotations

import hashlib
import itertools
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from app import clock
from app.domain import passwords, sms_text
from app.domain.call_flow import CallState
from app.domain.flow_content import FlowContent, SmsTemplate, sample_content
from app.domain.roles import Role
from app.domain.sms_status import MessageStatus
from app.domain.trial_calls import Caller, TrialScript, play
from app.models import guidance_audio
from app.models.account import Account
from app.models.audio_file import AudioFile, AudioState
from app.models.call import Call
from app.models.company import Company
from app.models.database import Base, session, transaction
from app.models.flow import Flow
from app.models.flow_version import FlowVersion
from app.models.incoming_number import IncomingNumber
from app.models.membership import Membership
from app.models.message import Message
from app.models.publication_plan import PublicationPlan
from app.models.reading_hint import ReadingHint
from app.models.send_attempt import AttemptOutcome, SendAttempt
from app.models.sender_number import SenderNumber
from app.models.short_url import ShortUrl
from app.models.suppressed_number import Reason, SuppressedNumber
from app.models.tenant_scope import all_companies
from app.models.trial_call import TrialCall
from app.models.user import User

PASSWORD = "Test-Passw0rd!"
PASSWORD_HASH = passwords.hash_password(PASSWORD)  # once: hashing is slow on purpose
SENDER = "0312345678"
MOBILE = "+819012345678"
SMS = SmsTemplate(
    SENDER, "Thank you for calling. See https://www.example.jp/a", ("https://www.example.jp/a",)
)
CONTENT = FlowContent(sample_content().guidances, SMS)
SLOTS = "123456"
FROM_MOBILE = TrialScript(Caller.MOBILE)

_numbers = itertools.count(1)
RowT = TypeVar("RowT", bound=Base)


def company(name: str = "") -> Company:
    return _saved(Company(name=name or f"Company {next(_numbers)}"))


def account(name: str = "", *, of: Company | None = None) -> Account:
    return _saved(
        Account(name=name or f"Account {next(_numbers)}", company_id=(of or company()).id)
    )


def user(mail_address: str = "", *, is_operator: bool = False, is_active: bool = True) -> User:
    """With the password PASSWORD."""
    number = next(_numbers)
    return _saved(
        User(
            mail_address=mail_address or f"user-{number}@example.jp",
            name=f"User {number}",
            password_hash=PASSWORD_HASH,
            is_operator=is_operator,
            is_active=is_active,
        )
    )


def membership(who: User, where: Account, role: Role = Role.COMPANY_ADMIN) -> Membership:
    return _saved(Membership(user_id=who.id, account_id=where.id, role=role))


def member_of(where: Account, role: Role = Role.COMPANY_ADMIN) -> User:
    """A new user who holds this role there."""
    who = user()
    membership(who, where, role)
    return who


def incoming_number(where: Account, number: str = "", label: str = "") -> IncomingNumber:
    """`number` in E.164."""
    number = number or f"+8150{next(_numbers):08d}"
    return _saved(IncomingNumber(account_id=where.id, number=number, label=label))


def sender_number(where: Account, digits: str = SENDER) -> SenderNumber:
    return _saved(SenderNumber(account_id=where.id, digits=digits))


def reading_hint(where: Account, written: str = "", reading: str = "シノノメ") -> ReadingHint:
    written = written or f"東雲{next(_numbers)}"
    return _saved(ReadingHint(account_id=where.id, written=written, reading=reading))


def suppressed_number(where: Account, number: str = MOBILE) -> SuppressedNumber:
    return _saved(SuppressedNumber(account_id=where.id, number=number, reason=Reason.BY_HAND))


def draft_flow(number: IncomingNumber, content: FlowContent = CONTENT) -> Flow:
    return _saved(
        Flow(
            account_id=number.account_id,
            incoming_number_id=number.id,
            draft=content.to_json(),
            draft_revision=1,
            draft_saved_at=clock.now(),
        )
    )


def published_flow(
    number: IncomingNumber,
    content: FlowContent = CONTENT,
    *,
    audio: Mapping[str, str] | None = None,
    spoken: Mapping[str, str] | None = None,
) -> Flow:
    """Published as version 1. `audio` maps slots to hashes, `spoken` to texts that Plivo reads;
    nothing is rendered."""
    flow = draft_flow(number, content)
    version = _saved(
        FlowVersion(
            account_id=number.account_id,
            flow_id=flow.id,
            number=1,
            content=content.to_json(),
            audio=dict(audio) if audio else {slot: slot * 64 for slot in SLOTS},
            spoken=dict(spoken or {}),
        )
    )
    flow.published_version_id = version.id
    flow.published_at = version.published_at
    return _saved(flow)


def version(flow: Flow, number: int, content: FlowContent = CONTENT) -> FlowVersion:
    """A further version of a flow, which callers do not hear."""
    return _saved(
        FlowVersion(
            account_id=flow.account_id,
            flow_id=flow.id,
            number=number,
            content=content.to_json(),
            audio={slot: slot * 64 for slot in SLOTS},
        )
    )


def publication_plan(
    flow: Flow,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    *,
    of: FlowVersion | None = None,
    by: User | None = None,
) -> PublicationPlan:
    """Waiting, of the version that callers hear now or `of` another."""
    return _saved(
        PublicationPlan(
            account_id=flow.account_id,
            flow_id=flow.id,
            version_id=of.id if of else flow.published_version_id,
            starts_at=starts_at or clock.now() + timedelta(days=1),
            ends_at=ends_at,
            created_by_id=(by or user()).id,
        )
    )


def trial_call(flow: Flow, name: str = "Trial", script: TrialScript = FROM_MOBILE) -> TrialCall:
    """Saved as it goes on the flow's draft."""
    return _saved(
        TrialCall(
            account_id=flow.account_id,
            flow_id=flow.id,
            name=name,
            script=script.to_json(),
            expected=play(flow.draft_content, script).to_json(),
        )
    )


def audio_file(
    where: Account, name: str = "greeting.wav", *, wav: bytes = b"RIFF", by: User | None = None
) -> AudioFile:
    """Ready; `wav` is what callers hear of it."""
    audio_hash = hashlib.sha256(wav).hexdigest()
    with transaction():
        guidance_audio.add_if_new(audio_hash, audio_hash, wav, 1000)
    return _saved(
        AudioFile(
            account_id=where.id,
            name=name,
            size_bytes=len(wav),
            state=AudioState.READY,
            audio_hash=audio_hash,
            duration_ms=1000,
            created_by_id=(by or user()).id,
        )
    )


def call(
    number: IncomingNumber,
    *,
    caller: str | None = MOBILE,
    state: CallState = CallState.ANNOUNCED,
    recipient: str | None = MOBILE,
    started_at: datetime | None = None,
    flow: Flow | None = None,
) -> Call:
    return _saved(
        Call(
            account_id=number.account_id,
            incoming_number_id=number.id,
            flow_version_id=flow.published_version_id if flow else None,
            provider_call_id=str(uuid.uuid4()),
            caller=caller,
            called=number.number,
            state=state,
            attempt=0,
            recipient=recipient,
            started_at=started_at or clock.now(),
        )
    )


def message(
    of: Call,
    *,
    status: MessageStatus = MessageStatus.WAITING,
    provider_id: str | None = None,
    accepted_at: datetime | None = None,
    queued_at: datetime | None = None,
    next_attempt_at: datetime | None = None,
    claimed_at: datetime | None = None,
    attempts: int = 0,
    delays: int = 0,
    outcome: AttemptOutcome | None = None,
    text: str = SMS.body,
    error_code: str | None = None,
) -> Message:
    accepted = accepted_at or clock.now()
    units = sms_text.utf16_units(text)
    message = _saved(
        Message(
            account_id=of.account_id,
            call_id=of.id,
            incoming_number=of.called,
            sender=SENDER,
            recipient=of.recipient or MOBILE,
            body=text,
            text=text,
            units=units,
            parts=sms_text.parts(units, None),
            status=status,
            provider_id=provider_id,
            accepted_at=accepted,
            queued_at=queued_at or accepted,
            next_attempt_at=next_attempt_at or accepted,
            claimed_at=claimed_at,
            attempts=attempts,
            delays=delays,
            error_code=error_code,
        )
    )
    if attempts:
        _saved(
            SendAttempt(
                message_id=message.id,
                number=attempts,
                account_id=message.account_id,
                claimed_at=claimed_at or accepted,
                provider_id=provider_id,
                outcome=outcome or (AttemptOutcome.ACCEPTED if provider_id else None),
            )
        )
    return message


def short_url(of: Message, code: str, target: str = "https://www.example.jp/") -> ShortUrl:
    return _saved(ShortUrl(code=code, account_id=of.account_id, message_id=of.id, target=target))


def _saved(row: RowT) -> RowT:
    """Committed, loaded and out of the session, so that it can be read when that is gone."""
    with all_companies("a test's row"):
        with transaction():
            session.add(row)
        session.refresh(row)
        session.expunge(row)
        session.commit()  # else SQLite would keep showing this test the present moment
    return row
