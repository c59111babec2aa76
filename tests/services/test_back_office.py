"""What our own staff writes: one transaction each, guarded, and told in the audit trail."""

from __future__ import annotations

import threading

import pytest

from app.domain.refusals import Refusal
from app.models.account import Account
from app.models.company import Company
from app.models.company_ip_range import CompanyIpRange
from app.models.database import session
from app.models.incoming_number import IncomingNumber
from app.models.sender_number import SenderNumber
from app.services import (
    back_office_accounts,
    back_office_companies,
    back_office_ip_ranges,
    back_office_numbers,
    back_office_sender_numbers,
)
from app.services.back_office_writes import edit_unchanged, fingerprint
from tests.services.back_office_support import refused, trail
from tests.support import factories

pytestmark = pytest.mark.usefixtures("db", "everywhere")


def test_company_names_are_unique_tidy_and_bounded() -> None:
    create = back_office_companies.create_company
    row = create(name="  デモ　 株式会社 ", requires_totp=True)
    company = session.get_one(Company, row)
    assert (company.name, company.requires_totp) == ("デモ 株式会社", True)
    assert refused(
        "company_name_taken", lambda: create(name="デモ 株式会社", requires_totp=False)
    ).details == {"field": "name"}
    refused("name_missing", lambda: create(name=" 　", requires_totp=False))
    refused("name_too_long", lambda: create(name="あ" * 201, requires_totp=False))


def test_two_who_create_the_same_company_at_once() -> None:
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def create() -> None:
        together.wait()
        try:
            back_office_companies.create_company(name="同時商事", requires_totp=False)
            outcomes.append("created")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            session.remove()

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["company_name_taken", "created"]


def test_a_new_company_can_be_deleted_one_with_a_past_not() -> None:
    row = back_office_companies.create_company(name="間違い", requires_totp=False)
    back_office_companies.delete_company(row)
    assert session.get(Company, row) is None
    refused("row_gone", lambda: back_office_companies.delete_company(row))
    account = factories.account()
    refused("company_in_use", lambda: back_office_companies.delete_company(account.company_id))


def test_an_edit_of_what_somebody_changed_meanwhile_is_refused() -> None:
    company = factories.company("元")
    seen = fingerprint({"name": "元"})

    def edit(name: str, seen: str) -> None:
        edit_unchanged(
            Company,
            company.id,
            seen,
            ("name",),
            lambda: back_office_companies.update_company(
                company.id, name=name, requires_totp=False
            ),
        )

    edit("先", seen)
    refused("changed_meanwhile", lambda: edit("後", seen))
    edit("後", fingerprint({"name": "先"}))
    assert session.get_one(Company, company.id).name == "後"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("203.0.113.7/24", "203.0.113.0/24"),
        (" ２０３．０．１１３．０／２４ ", "203.0.113.0/24"),
        ("2001:DB8::1/48", "2001:db8::/48"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
    ],
)
def test_ip_ranges_are_stored_in_one_form(typed: str, stored: str) -> None:
    company = factories.company()
    row = back_office_ip_ranges.create_ip_range(company_id=company.id, cidr=typed)
    assert session.get_one(CompanyIpRange, row).cidr == stored
    refused(
        "ip_range_taken",
        lambda: back_office_ip_ranges.create_ip_range(company_id=company.id, cidr=stored),
    )
    back_office_ip_ranges.update_ip_range(row, cidr="198.51.100.0/24")
    back_office_ip_ranges.delete_ip_range(row)
    assert trail() == [(f"ip_range.{verb}", company.id) for verb in ("create", "update", "delete")]


@pytest.mark.parametrize("typed", ["", "x", "203.0.113.256", "203.0.113.0/33", "1.2.3", "a\0"])
def test_what_is_no_ip_range(typed: str) -> None:
    company = factories.company()
    create = back_office_ip_ranges.create_ip_range
    refused("ip_range_unreadable", lambda: create(company_id=company.id, cidr=typed))


def test_an_ip_range_that_restricts_nothing() -> None:
    company = factories.company()
    create = back_office_ip_ranges.create_ip_range
    for everything in ("0.0.0.0/0", "::/0"):
        refused("ip_range_everything", lambda: create(company_id=company.id, cidr=everything))  # noqa: B023
    refused("company_unknown", lambda: create(company_id=999, cidr="203.0.113.7"))


def test_accounts() -> None:
    company = factories.company()
    create = back_office_accounts.create_account
    row = create(company_id=company.id, name="本店")
    refused("account_name_taken", lambda: create(company_id=company.id, name="本店"))
    create(company_id=factories.company().id, name="本店")
    refused("company_unknown", lambda: create(company_id=999, name="支店"))
    back_office_accounts.update_account(
        row,
        name="本社",
        may_members_delete_published=False,
        has_softbank_sender=True,
        resends_automatically=True,
    )
    account = session.get_one(Account, row)
    assert account.name == "本社"
    assert account.has_softbank_sender
    assert not account.may_members_delete_published
    back_office_accounts.delete_account(row)
    used = factories.incoming_number(factories.account())
    refused("account_in_use", lambda: back_office_accounts.delete_account(used.account_id))


def test_numbers_are_issued_once_and_stay_where_they_are_used() -> None:
    account, other = factories.account(), factories.account()
    create = back_office_numbers.create_number
    row = create(number="０５０ー3000ー0001", account_id=account.id, label=" 駅前  看板 ")
    number = session.get_one(IncomingNumber, row)
    assert (number.number, number.label) == ("+815030000001", "駅前 看板")
    again = {"account_id": other.id, "label": ""}
    refused("number_taken", lambda: create(number="+815030000001", **again))
    for unreadable in ("", "abc", "050-3000", "+16502530000", "\0"):
        refused("number_unreadable", lambda: create(number=unreadable, **again))  # noqa: B023
    refused("account_unknown", lambda: create(number="05030000009", account_id=999, label=""))
    refused(
        "label_too_long",
        lambda: create(number="05030000009", account_id=account.id, label="あ" * 101),
    )

    update = back_office_numbers.update_number
    update(row, account_id=other.id, label="")
    assert session.get_one(IncomingNumber, row).account_id == other.id
    factories.call(session.get_one(IncomingNumber, row))
    refused("number_in_use", lambda: update(row, account_id=account.id, label=""))
    update(row, account_id=other.id, label="使用中")
    refused("number_in_use", lambda: back_office_numbers.delete_number(row))
    free = create(number="05030000002", **again)
    back_office_numbers.delete_number(free)
    assert session.get(IncomingNumber, free) is None


def test_sender_numbers_have_10_or_11_digits_and_stay_while_a_flow_shows_them() -> None:
    account = factories.account()
    create = back_office_sender_numbers.create_sender_number
    row = create(digits="03-1234-5678", account_id=account.id)
    assert session.get_one(SenderNumber, row).digits == "0312345678"
    refused("sender_taken", lambda: create(digits="+81312345678", account_id=account.id))
    for unreadable in ("", "12345", "110", "+16502530000", "031234567890", "x"):
        refused("sender_unreadable", lambda: create(digits=unreadable, account_id=account.id))  # noqa: B023
    factories.published_flow(factories.incoming_number(account))
    refused("sender_in_use", lambda: back_office_sender_numbers.delete_sender_number(row))
    free = create(digits="09012345678", account_id=account.id)
    back_office_sender_numbers.delete_sender_number(free)
    assert session.get(SenderNumber, free) is None
