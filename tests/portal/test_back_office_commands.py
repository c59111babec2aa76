"""`make operator`."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import passwords
from app.models import database
from app.models.database import session
from app.models.user import User
from app.portal.commands import main

pytestmark = pytest.mark.any_database

ARGUMENTS = ["operator", "--mail", "ops@example.jp", "--name", "運用 花子"]


def test_an_operator_is_made_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert main(ARGUMENTS) == 0
    password = capsys.readouterr().out.split()[-1]
    engine = database.configure(database_url)
    (user,) = session.scalars(select(User)).all()
    assert (user.name, user.is_operator) == ("運用 花子", True)
    assert passwords.is_right(password, user.password_hash)
    session.remove()
    engine.dispose()
    assert main(ARGUMENTS) == 1
    answer = capsys.readouterr()
    assert answer.out == ""
    assert "already" in answer.err


@pytest.mark.parametrize(
    ("mail", "name", "why"), [("", "x", "mail address"), ("a@b.jp", " ", "name")]
)
def test_nonsense_is_refused(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mail: str,
    name: str,
    why: str,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert main(["operator", "--mail", mail, "--name", name]) == 1
    assert why in capsys.readouterr().err
