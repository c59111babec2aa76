"""A call's webhook in one statement: a caller waits for each round trip to the database.

It writes what `call`, `sms_quota`, `message` and `short_url` write one after the other, in their
order and under their conditions. Where one of these does not hold, nothing is written: the webhook
then goes step by step, which finds out what is the matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from app.models import one_statement
from app.models.one_statement import NotWritten
from app.models.published_flow import PublishedFlow
from app.models.sms_quota import AskedBy, DailyLimits

_STILL_PUBLISHED = """
    FROM incoming_number JOIN flow ON flow.incoming_number_id = incoming_number.id
    WHERE incoming_number.id = %(number_id)s
      AND incoming_number.account_id = %(account_id)s
      AND incoming_number.number = %(called)s::text
      AND flow.published_version_id = %(version_id)s AND flow.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM call WHERE provider_call_id = %(provider_call_id)s::text)"""
_KEY_IN = """
    UPDATE call SET state = %(state)s::text, attempt = %(attempt)s, recipient = %(recipient)s::text
    WHERE provider_call_id = %(provider_call_id)s::text
      AND account_id = %(account_id)s AND flow_version_id = %(version_id)s
      AND state = 'asking' AND attempt <= %(attempt)s AND ended_at IS NULL"""
_NOT_SUPPRESSED = """
      AND NOT EXISTS (
        SELECT FROM suppressed_number
        WHERE account_id = %(account_id)s AND number = %(recipient)s::text)"""
_RETURNING = """
    RETURNING call.id"""
# Beyond a limit the status is NULL, which the table refuses, and with it the whole statement.
_WITH_SMS = """
WITH moved AS ({moved}),
  counted AS (
    INSERT INTO sms_quota (account_id, day, kind, number, asked)
    SELECT %(account_id)s, %(day)s, kind, number, 1
    FROM moved, (VALUES {asked_by}) AS asked_by (kind, number)
    ORDER BY kind
    ON CONFLICT (account_id, day, kind, number) DO UPDATE SET asked = sms_quota.asked + 1
    RETURNING asked <= CASE kind WHEN 'caller' THEN %(per_caller)s ELSE %(per_recipient)s END
      AS is_within),
  new_message AS (
    INSERT INTO message (call_id, account_id, recipient, incoming_number, status, {columns})
    SELECT moved.id, %(account_id)s, %(recipient)s::text, %(called)s::text,
      CASE WHEN (SELECT bool_and(is_within) FROM counted) THEN %(sms_status)s::text END, {places}
    FROM moved
    RETURNING id){links}
SELECT id FROM new_message"""
_LINKS = """,
  links AS (
    INSERT INTO short_url (code, account_id, message_id, target, created_at)
    SELECT code, %(account_id)s, new_message.id, target, %(sms_accepted_at)s
    FROM new_message, (VALUES {codes}) AS minted (code, target))"""


@dataclass(frozen=True)
class OwedSms:
    """`message` by its columns; the `codes` of its short URLs by their targets; whose SMS are
    counted on `day`, and how many each may ask for."""

    message: Mapping[str, Any]
    codes: Mapping[str, str]
    day: date
    asked_by: Mapping[AskedBy, str]
    limits: DailyLimits


def begin(flow: PublishedFlow, call: Mapping[str, Any], sms: OwedSms | None) -> bool:
    """Write a new call, by its columns, and the SMS that it owes. False, and nothing written,
    unless the call is new, the flow published and the SMS allowed."""
    call = {column: value for column, value in call.items() if value is not None}
    if sms is None:
        return _wrote(_begin(_places("", call)) + _RETURNING, flow, call)
    return _wrote(_with_sms(_begin(_places("", call)), *_shape(sms)), flow, call, sms)


def key_in(flow: PublishedFlow, call: Mapping[str, Any], sms: OwedSms) -> bool:
    """Write that a mobile number was keyed in, with the SMS that is owed. False, and nothing
    written, unless the call waits for it, hears this version, and the SMS is allowed."""
    return _wrote(_with_sms(_KEY_IN, *_shape(sms)), flow, call, sms)


_Places = tuple[tuple[str, str], ...]
"""Columns with the places of their values in the statement."""


def _places(prefix: str, values: Mapping[str, Any]) -> _Places:
    """A text says that it is one: PostgreSQL would guess, and differently from place to place."""
    return tuple(
        (column, f"%({prefix}{column})s" + "::text" * isinstance(value, str))
        for column, value in values.items()
        if column != "status"
    )


def _shape(sms: OwedSms) -> tuple[_Places, int, int]:
    return _places("sms_", sms.message), len(sms.asked_by), len(sms.codes)


@lru_cache(maxsize=10)
def _begin(call: _Places) -> str:
    columns, places = (", ".join(each) for each in zip(*call, strict=True))
    return f"""
    INSERT INTO call (incoming_number_id, account_id, flow_version_id, {columns})
    SELECT %(number_id)s, %(account_id)s, %(version_id)s, {places}{_STILL_PUBLISHED}"""


@lru_cache(maxsize=100)
def _with_sms(moved: str, message: _Places, asked_by: int, codes: int) -> str:
    columns, places = (", ".join(each) for each in zip(*message, strict=True))
    return _WITH_SMS.format(
        moved=moved + _NOT_SUPPRESSED + _RETURNING,
        columns=columns,
        places=places,
        asked_by=_pairs("kind", "number", asked_by),
        links=_LINKS.format(codes=_pairs("code", "target", codes)) if codes else "",
    )


def _pairs(one: str, other: str, count: int) -> str:
    return ", ".join(f"(%({one}_{n})s::text, %({other}_{n})s::text)" for n in range(count))


def _wrote(
    statement: str, flow: PublishedFlow, call: Mapping[str, Any], sms: OwedSms | None = None
) -> bool:
    parameters = {
        "number_id": flow.number_id,
        "account_id": flow.account_id,
        "version_id": flow.version_id,
        **call,
    }
    if sms is not None:
        parameters |= {f"sms_{column}": value for column, value in sms.message.items()}
        parameters |= _numbered("kind", "number", sms.asked_by)
        parameters |= _numbered("target", "code", sms.codes)
        parameters["day"] = sms.day
        parameters["per_caller"] = sms.limits.per_caller
        parameters["per_recipient"] = sms.limits.per_recipient
    try:
        return one_statement.execute(statement, parameters) is not None
    except NotWritten:  # the same webhook at the same moment, a limit, a code drawn twice, …
        return False


def _numbered(one: str, other: str, pairs: Mapping[Any, str]) -> dict[str, str]:
    return {
        f"{name}_{n}": text
        for n, pair in enumerate(pairs.items())
        for name, text in zip((one, other), pair, strict=True)
    }
