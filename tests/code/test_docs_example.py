"""docs/adding-a-screen.md tells the truth: its example is registered and driven."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from app.models.account import Account
from app.models.audit_entry import AuditEntry
from app.models.database import session
from app.portal import factory
from config import Settings
from tests.portal.conftest import Visitor, words
from tests.support import factories

DOC = Path(__file__).resolve().parents[2] / "docs/adding-a-screen.md"
LIST = "/back-office/shops/"


def example() -> dict[str, Any]:
    """The names that the document's one Python block defines."""
    (block,) = re.findall(r"^```python\n(.*?)^```$", DOC.read_text(), re.S | re.M)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(block, str(DOC), "exec"), names)
    return names


@pytest.fixture
def app(db: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    views = (*factory.VIEWS, example()["ShopView"])
    monkeypatch.setattr(factory, "VIEWS", views)
    told: list[int] = []
    url = session.get_bind().engine.url.render_as_string(hide_password=False)
    return factory.create_app(Settings(state_dir=tmp_path, database_url=url), told.append)


def names() -> list[str]:
    session.rollback()
    return list(session.scalars(select(Account.name).order_by(Account.id)))


def test_the_example_lists_adds_edits_and_deletes(app: Flask) -> None:
    company = factories.company("見本商事")
    operator = Visitor(app)
    operator.get("/sign-in")
    operator.post("/language", language="en")
    operator.sign_in(factories.user(is_operator=True))

    assert "Nothing found" in operator.text(LIST)
    operator.get(f"{LIST}add")
    refused = operator.post(f"{LIST}add", name="0 shop", company_id=company.id)
    assert "Enter a name." in words(refused)
    assert names() == []
    added = operator.post(f"{LIST}add", name="新宿店", company_id=company.id, follow=True)
    assert "新宿店 was added." in words(added)
    assert "新宿店 見本商事" in operator.text(LIST)

    row = session.scalars(select(Account)).one()
    address = f"{LIST}{row.id}"
    page = operator.get(f"{address}/edit").get_data(as_text=True)
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    fields = {"name": "渋谷店", "company_id": company.id, "seen": seen[1]}
    assert "渋谷店 was saved." in words(operator.post(f"{address}/edit", **fields, follow=True))
    assert names() == ["渋谷店"]

    assert "This can't be undone." in operator.text(f"{address}/delete")
    assert names() == ["渋谷店"]
    assert "渋谷店 was deleted." in words(operator.post(f"{address}/delete", follow=True))
    assert names() == []
    told = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("shop.")))
    assert list(told) == ["shop.create", "shop.update", "shop.delete"]
