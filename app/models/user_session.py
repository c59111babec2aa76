"""Sessions of signed-in users, one row for each token that a browser was given."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.models.database import Base, session
from app.models.user import User

LONGEST_USER_AGENT = 200


class UserSession(Base):
    """`token_hash` is SHA-256 in hex. `began_at` is when the user gave his password: a row that
    takes another's place keeps it. `seen_at` is the last activity, give or take a minute.
    """

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("company_user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    session_epoch: Mapped[int]
    second_factor_passed: Mapped[bool]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(LONGEST_USER_AGENT))
    ended_at: Mapped[datetime | None]


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def with_user(token: str) -> tuple[UserSession, User] | None:
    """The session of this token, ended or not, and whose it is."""
    found = session.execute(
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.token_hash == hash_of(token))
    ).one_or_none()
    return found._tuple() if found else None


def lock_by_token(token: str) -> UserSession:
    """The row as it is now, held until the transaction ends."""
    return session.scalars(
        select(UserSession)
        .where(UserSession.token_hash == hash_of(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def alive_of(user: User, *, seen_after: datetime, began_after: datetime) -> Sequence[UserSession]:
    """The user's sessions that still open something, the last used first."""
    return session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.session_epoch == user.session_epoch,
            UserSession.ended_at.is_(None),
            UserSession.seen_at > seen_after,
            UserSession.began_at > began_after,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    ).all()


def note_seen(session_id: int, now: datetime) -> None:
    session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.ended_at.is_(None))
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def end_by_token(token: str, now: datetime) -> None:
    session.execute(
        update(UserSession)
        .where(UserSession.token_hash == hash_of(token), UserSession.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def end_one_of(user_id: int, session_id: int, now: datetime) -> UserSession | None:
    """None when there is no such session of the user, or when it has ended."""
    return session.scalar(
        update(UserSession)
        .where(
            UserSession.id == session_id,
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(UserSession)
        .execution_options(synchronize_session=False)
    )


def end_others_of(user_id: int, session_id: int, now: datetime) -> None:
    """All sessions of the user but this one."""
    session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.id != session_id,
            UserSession.ended_at.is_(None),
        )
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


def delete_seen_before(moment: datetime) -> None:
    session.execute(
        delete(UserSession)
        .where(UserSession.seen_at < moment)
        .execution_options(synchronize_session=False)
    )
