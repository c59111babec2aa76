"""The ordinary call in one statement: it leaves the rows, and gives the answers, that going step by
step does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from app.domain.call_flow import CallState
from app.models.call import Call
from app.models.database import Base, session
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.short_url import ShortUrl
from app.models.sms_quota import SmsQuota
from app.models.tenant_scope import all_companies
from tests.ivr_webhooks.conftest import Plivo
from tests.support import factories

POSTER = "815030000001"
CALLERS = {"mobile": "819012345678", "landline": "81312345678", "withheld": "anonymous"}
OF_THE_CALL_ALONE = {
    *("id", "call_id", "message_id", "code", "text", "provider_call_id"),
    *("started_at", "accepted_at", "queued_at", "next_attempt_at", "created_at", "asked"),
}


@pytest.fixture
def number(plivo: Plivo) -> IncomingNumber:
    number = factories.incoming_number(factories.account(), f"+{POSTER}")
    factories.published_flow(number)
    factories.published_flow(factories.incoming_number(factories.account()))
    return number


@contextmanager
def step_by_step() -> Iterator[list[str]]:
    """The statements that are not of the one kind."""
    engine = session.get_bind()
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def whole_call(plivo: Plivo, call_id: str, caller: str) -> list[str]:
    """What the caller is told, a mobile number keyed in where one is asked for."""
    params = plivo.call_params(call_id, caller=caller)
    told = [plivo.post("/ivr/answer", params).text]
    if "GetDigits" in told[0]:
        keyed = params | {"Digits": "08011112222#"}
        told.append(plivo.post("/ivr/digits?attempt=1", keyed).text)
    return told


def rows(table: type[Base]) -> list[dict[str, Any]]:
    """The columns that two calls of the same kind have in common, in the order of writing."""
    session.remove()
    with all_companies("test"):
        found = session.execute(select(table.__table__)).mappings().all()  # type: ignore[arg-type]
    return [
        {name: value for name, value in row.items() if name not in OF_THE_CALL_ALONE}
        for row in found
    ]


@pytest.mark.usefixtures("number")
@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS)
def test_it_writes_what_the_steps_write(plivo: Plivo, database_engine: str, caller: str) -> None:
    by_steps = whole_call(plivo, "first", caller)  # nothing is remembered of the number yet
    with step_by_step() as steps:
        at_once = whole_call(plivo, "second", caller)
    assert at_once == by_steps
    assert (steps == []) == (database_engine == "postgresql")
    for table in (Call, Message, ShortUrl):
        of_steps, of_one = rows(table)
        assert of_steps == of_one
    assert len(plivo.enqueued) == 2
    assert len({message["recipient"] for message in rows(Message)}) == 1
    with all_companies("test"):
        assert set(session.scalars(select(SmsQuota.asked))) == {2}


@pytest.mark.usefixtures("number")
def test_a_hung_up_caller_is_owed_nothing(plivo: Plivo) -> None:
    whole_call(plivo, "first", CALLERS["mobile"])
    params = plivo.call_params("second", caller=CALLERS["landline"])
    plivo.post("/ivr/answer", params)
    plivo.post("/ivr/hangup", params)
    plivo.post("/ivr/digits?attempt=1", params | {"Digits": "08011112222#"})
    assert len(plivo.enqueued) == 1


def test_a_number_given_to_another_account_counts_as_the_others(
    plivo: Plivo, number: IncomingNumber
) -> None:
    whole_call(plivo, "first", CALLERS["mobile"])
    other = factories.account()
    with all_companies("test"):
        session.get_one(IncomingNumber, number.id).account_id = other.id
        session.commit()
    session.remove()
    whole_call(plivo, "second", CALLERS["mobile"])
    with all_companies("test"):
        accounts = session.scalars(select(Call.account_id).order_by(Call.started_at)).all()
    assert accounts == [number.account_id, other.id]


@pytest.mark.usefixtures("number")
def test_a_withdrawn_flow_answers_no_more(plivo: Plivo, number: IncomingNumber) -> None:
    whole_call(plivo, "first", CALLERS["mobile"])
    with all_companies("test"):
        flow = session.get_one(IncomingNumber, number.id).flow
        assert flow is not None
        flow.published_version_id = None
        session.commit()
    session.remove()
    whole_call(plivo, "second", CALLERS["mobile"])
    with all_companies("test"):
        states = session.scalars(select(Call.state).order_by(Call.started_at)).all()
    assert states == [CallState.ANNOUNCED, CallState.NO_FLOW]
    assert len(plivo.enqueued) == 1


@pytest.mark.usefixtures("number")
def test_a_lost_database_connection_costs_no_call(
    plivo: Plivo, db: Engine, database_engine: str
) -> None:
    """The connections die between two calls, as when the server is restarted."""
    whole_call(plivo, "first", CALLERS["mobile"])
    whole_call(plivo, "second", CALLERS["mobile"])
    if database_engine == "postgresql":
        with db.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    assert "Play" in whole_call(plivo, "third", CALLERS["mobile"])[0]
    assert len(plivo.enqueued) == 3
