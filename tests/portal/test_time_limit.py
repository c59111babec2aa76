"""A statement that takes too long is broken off on PostgreSQL, and the page says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.domain import japan_days
from app.models import database, delivery_log
from app.models.database import session
from tests.portal.conftest import Visitor, words
from tests.support import factories

NewVisitor = Callable[[], Visitor]
SEARCH = f"/deliveries/?since={japan_days.today()}&until={japan_days.today()}"


@pytest.fixture
def impatient(postgresql_database: str, built_app: Flask, app: Flask) -> Iterator[None]:
    """The portal on PostgreSQL, where nothing may take longer than a blink."""
    engine = database.configure(postgresql_database, statement_timeout_s=0.2)
    yield
    session.remove()
    engine.dispose()


@pytest.fixture
def slow_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(*_: object) -> None:
        session.execute(text("SELECT pg_sleep(30)"))

    monkeypatch.setattr(delivery_log, "newest", search)


@pytest.mark.any_database
@pytest.mark.usefixtures("impatient", "slow_search")
def test_people_are_told_to_narrow_the_search(visitor: NewVisitor) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))
    answer = someone.get(SEARCH)
    assert answer.status_code == 503
    assert "The search took too long" in words(answer)
    assert "Narrow it" in words(answer)
    assert 'href="/deliveries/">Back to the search' in answer.get_data(as_text=True)


@pytest.mark.any_database
@pytest.mark.usefixtures("impatient", "slow_search")
def test_scripts_are_told_as_well(visitor: NewVisitor) -> None:
    someone = visitor().sign_in(factories.member_of(factories.account()))
    answer = someone.get(SEARCH, Accept="application/json")
    assert (answer.status_code, answer.json["error"]) == (503, "http_503")


@pytest.mark.any_database
@pytest.mark.usefixtures("impatient")
def test_the_limit_can_be_lifted_for_a_transaction() -> None:
    slow = text("SELECT pg_sleep(0.4)")
    with session.connection().engine.begin() as connection:
        database.without_time_limit(connection)
        connection.execute(slow)
    session.rollback()
    with pytest.raises(DBAPIError) as refused:
        session.execute(slow)
    assert database.took_too_long(refused.value)
    session.rollback()


@pytest.mark.usefixtures("db")
def test_other_errors_are_none_of_that() -> None:
    with pytest.raises(DBAPIError) as refused:
        session.execute(text("SELECT no_such_column"))
    assert not database.took_too_long(refused.value)
    session.rollback()
