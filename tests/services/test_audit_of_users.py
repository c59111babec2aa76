"""What a user's sign-in leaves in the audit trail of each company he belongs to."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models import audit_trail
from app.models.account import Account
from app.models.audit_entry import AuditEntry
from app.models.audit_trail import Search
from app.models.database import session, transaction
from app.models.user import User
from app.services import audit, password_changes, second_factor
from app.services.account_entry import note_refusal
from app.services.audit import Actor
from tests.services.sign_in_support import ADDRESS, NEW, WRONG, attempt
from tests.support import factories

pytestmark = pytest.mark.usefixtures("db", "quick_hash")


@pytest.fixture
def here() -> Account:
    return factories.account("本店")


@pytest.fixture
def there() -> Account:
    return factories.account("見本店")


@pytest.fixture
def elsewhere() -> Account:
    """A company that the user has nothing to do with."""
    account = factories.account("よその店")
    factories.member_of(account)
    return account


@pytest.fixture
def who(here: Account, there: Account, elsewhere: Account) -> User:
    """At home in two companies, in one of them in two accounts."""
    user = factories.member_of(here, Role.ADMIN)
    factories.membership(user, factories.account("支店", of=_company_of(here)), Role.MEMBER)
    factories.membership(user, there, Role.MEMBER)
    return user


def _company_of(account: Account):  # type: ignore[no-untyped-def]
    return session.get_one(Account, account.id).company


def seen_by(account: Account) -> list[tuple[str, int | None]]:
    """Action and account of what the admins of the account's company see, oldest first."""
    day = timedelta(days=1)
    search = Search(since=clock.now() - day, until=clock.now() + day)
    rows = audit_trail.of_company(account.company_id, search).newest(100).rows
    session.commit()
    return [(row.action, row.account_id) for row in reversed(rows)]


def test_success_failure_and_lock_are_seen_by_every_company_of_the_user(
    who: User, here: Account, there: Account, elsewhere: Account
) -> None:
    attempt(who.mail_address)
    for _ in range(5):
        with pytest.raises(Refusal):
            attempt(who.mail_address, WRONG)
    told = [("sign_in", None), *[("sign_in.failed", None)] * 4]
    told += [("sign_in.locked", None), ("sign_in.failed", None)]
    assert seen_by(here) == seen_by(there) == told
    assert seen_by(elsewhere) == []
    everything = audit_trail.of_all(
        Search(since=clock.now() - timedelta(days=1), until=clock.now() + timedelta(days=1))
    )
    assert {row.address for row in everything.newest(100).rows} == {ADDRESS}


def test_a_second_factor_too(who: User, here: Account, there: Account, elsewhere: Account) -> None:
    with transaction():
        second_factor.remove(session.get_one(User, who.id))
    assert seen_by(here) == seen_by(there) == [("second_factor.off", None)]
    assert seen_by(elsewhere) == []


def test_his_own_doing_names_the_account_to_its_company_only(
    who: User, here: Account, there: Account, elsewhere: Account
) -> None:
    with audit.acting_as(Actor(who.id, who.mail_address, ADDRESS, here.company_id, here.id)):
        password_changes.change_password(who.id, factories.PASSWORD, NEW)
    assert seen_by(here) == [("password.change", here.id)]
    assert seen_by(there) == [("password.change", None)]
    assert seen_by(elsewhere) == []


def test_what_one_companys_admin_does_stays_with_that_company(
    who: User, here: Account, there: Account
) -> None:
    admin = factories.member_of(here)
    actor = Actor(admin.id, admin.mail_address, ADDRESS, here.company_id, here.id)
    with audit.acting_as(actor):
        audit.record_of_user("password.reset_requested", who)
    assert seen_by(here) == [("password.reset_requested", here.id)]
    assert seen_by(there) == []


def test_who_belongs_nowhere_is_seen_by_no_company(here: Account) -> None:
    attempt(factories.user(is_operator=True).mail_address)
    with pytest.raises(Refusal):
        attempt("nobody@example.jp")
    assert seen_by(here) == []
    companies = session.scalars(select(AuditEntry.company_id)).all()
    assert companies == [None, None]


def test_a_refused_address_is_told_once_an_hour(
    frozen: time_machine.Traveller, who: User, here: Account, there: Account
) -> None:
    for _ in range(5):
        note_refusal(who, here.id, address=ADDRESS)
    assert seen_by(here) == [("account.refused", here.id)]
    note_refusal(who, here.id, address="198.51.100.9")
    note_refusal(factories.member_of(here), here.id, address=ADDRESS)
    note_refusal(who, there.id, address=ADDRESS)
    assert len(seen_by(here)) == 3
    assert seen_by(there) == [("account.refused", there.id)]
    frozen.shift(timedelta(minutes=61))
    note_refusal(who, here.id, address=ADDRESS)
    note_refusal(who, here.id, address=ADDRESS)
    assert len(seen_by(here)) == 4
