"""Calls counted from the calls themselves: what the kept counts have to equal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, func, or_, select

from app.domain import japan_days
from app.domain.call_flow import CallState
from app.domain.call_outcomes import SUMMED
from app.domain.sms_status import MessageStatus
from app.models.call import Call
from app.models.call_count import HOURS, NO_VERSION, CountKey, Counts
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tokyo_time import tokyo_day, tokyo_hour

_ANNOUNCED = Call.state == CallState.ANNOUNCED
_COUNTED: dict[str, ColumnElement[bool]] = {
    "calls": Call.id.is_not(None),
    "mobile": and_(_ANNOUNCED, Call.attempt == 0),
    "keyed_in": and_(_ANNOUNCED, Call.attempt > 0),
    "gave_up": Call.state == CallState.GAVE_UP,
    "hung_up": Call.state == CallState.ASKING,
    "limited": Call.state == CallState.LIMITED,
    "suppressed": Call.state == CallState.SUPPRESSED,
    "notice": Call.state == CallState.NO_FLOW,
    "messages": Message.id.is_not(None),
    "delivered": Message.status == MessageStatus.DELIVERED,
    "opened": Message.opened_at.is_not(None),
}


def of_day(day: date) -> Counts:
    """Of all accounts."""
    rows = session.execute(_sums(_begun_on([day]), *CountKey._fields))
    return {CountKey(*row[:3]): tuple(row[3:]) for row in rows}


def of_numbers(days: Collection[date], number_id: int | None) -> Sequence[Any]:
    """Of one number of the account in scope, or of all: rows with `day`, `incoming_number_id`,
    `flow_version_id` and the names in SUMMED and HOURS."""
    # All of them by name: the calls' index begins with the number.
    numbers = session.scalars(select(IncomingNumber.id)).all() if number_id is None else [number_id]
    wanted = and_(Call.incoming_number_id.in_(numbers), _begun_on(days))
    return session.execute(_sums(wanted, "day", "incoming_number_id", "flow_version_id")).all()


def first_day() -> date | None:
    """The day in Japan of the oldest call that is kept, of all accounts."""
    oldest = session.scalar(select(func.min(Call.started_at)))
    return oldest.astimezone(japan_days.TOKYO).date() if oldest else None


def _sums(wanted: ColumnElement[bool], *names: str) -> Select[Any]:
    """By hour first and then by what `names` says: so each call's hour is worked out once."""
    day, hour = tokyo_day(Call.started_at), tokyo_hour(Call.started_at)
    by_hour = (
        select(
            Call.account_id,
            Call.incoming_number_id,
            func.coalesce(Call.flow_version_id, NO_VERSION).label("flow_version_id"),
            day.label("day"),
            hour.label("hour"),
            *(func.count().filter(_COUNTED[name]).label(name) for name in SUMMED),
        )
        .outerjoin(Message, Message.call_id == Call.id)
        .where(wanted, Call.account_id.is_not(None), Call.incoming_number_id.is_not(None))
        .group_by(Call.account_id, Call.incoming_number_id, Call.flow_version_id, day, hour)
        .subquery()
    )
    keys = [by_hour.c[name] for name in names]
    return select(
        *keys,
        *(_whole(func.sum(by_hour.c[name])).label(name) for name in SUMMED),
        *(
            _whole(
                func.coalesce(func.sum(by_hour.c.calls).filter(by_hour.c.hour == hour), 0)
            ).label(name)
            for hour, name in enumerate(HOURS)
        ),
    ).group_by(*keys)


def _whole(value: ColumnElement[Any]) -> ColumnElement[int]:
    """PostgreSQL adds bigints up to a numeric."""
    return cast(value, Integer)


def _begun_on(days: Iterable[date]) -> ColumnElement[bool]:
    return or_(
        *(
            and_(
                Call.started_at >= japan_days.day_start_utc(first),
                Call.started_at < japan_days.day_end_utc(last),
            )
            for first, last in _runs(days)
        )
    )


def _runs(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Days that follow each other as one range, both ends included."""
    ordered = sorted(days)
    first = last = ordered[0]
    for day in ordered[1:]:
        if day != last + timedelta(days=1):
            yield first, last
            first = day
        last = day
    yield first, last
