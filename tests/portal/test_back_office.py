"""Generated screens of our own staff: Flask-AppBuilder without its traps."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
LIST = "/back-office/companies/"


@pytest.fixture
def operator(visitor: NewVisitor) -> Visitor:
    return visitor().sign_in(factories.user(is_operator=True))


def test_list_and_page_of_a_row(operator: Visitor) -> None:
    company = factories.company("デモ株式会社")
    factories.account("本店", of=company)
    factories.account("支店", of=company)
    assert "デモ株式会社" in operator.text(LIST)
    page = operator.text(f"{LIST}{company.id}")
    assert "支店、本店" in page


def test_search(operator: Visitor) -> None:
    factories.company("デモ株式会社")
    factories.company("見本商事株式会社")
    page = operator.text(f"{LIST}?name=見本")
    assert "見本商事株式会社" in page
    assert "デモ株式会社" not in page
    assert "Nothing found" in operator.text(f"{LIST}?name=ない")


@pytest.mark.parametrize(
    "query",
    [
        "sort=bogus",
        "sort=accounts",
        "sort=name;drop&descending=x",
        "page=x",
        "page=0",
        "page=99999999999999999999",
        "psize_CompanyView=x",
        "_oc_CompanyView=bogus&_od_CompanyView=asc",
        "_flt_0_bogus=1",
    ],
)
def test_nonsense_in_the_address_is_no_error(operator: Visitor, query: str) -> None:
    factories.company("デモ株式会社")
    assert operator.get(f"{LIST}?{query}").status_code == 200


def test_sorting(operator: Visitor) -> None:
    for name in ("B", "A", "C"):
        factories.company(f"{name} company")
    up, down = operator.text(LIST), operator.text(f"{LIST}?sort=name&descending=1")
    assert up.index("A company") < up.index("B company") < up.index("C company")
    assert down.index("C company") < down.index("B company") < down.index("A company")


@pytest.mark.parametrize("path", ["999999", "0", "-1", "x", str(2**31), str(2**64)])
def test_a_row_that_is_not_there(operator: Visitor, path: str) -> None:
    assert operator.get(f"{LIST}{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["list/", "edit/1", "delete/1", "download/x", "action/x/1", "action_post"]
)
def test_routes_that_skip_the_filters_are_not_there(operator: Visitor, path: str) -> None:
    factories.company()
    assert operator.get(f"{LIST}{path}").status_code == 404


def test_searches_at_the_same_time_do_not_mix(app: Flask, visitor: NewVisitor) -> None:
    """Flask-AppBuilder shares the filters of a view between threads (its issue 2366)."""
    who = factories.user(is_operator=True)
    names = [f"company-{letter}" for letter in "abcdefgh"]
    for name in names:
        factories.company(name)
    visitors = [visitor().sign_in(who) for _ in range(4)]

    def ask(turn: int) -> bool:
        name = names[turn % len(names)]
        page = words(visitors[turn % len(visitors)].client.get(LIST, query_string={"name": name}))
        return all(
            (other in page.replace(f"value={other}", "")) is (other == name) for other in names
        )

    with ThreadPoolExecutor(len(visitors)) as pool:
        assert all(pool.map(ask, range(40)))
