"""What the audit trail keeps of writes, and that nothing is taken out of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, delete, select, table, text, update

from app.domain.flow_content import FlowContent, Guidance, SmsTemplate
from app.domain.refusals import Refusal
from app.domain.slots import Slot
from app.models.audit_entry import AuditEntry, AuditTrailIsAppendOnly
from app.models.database import session, transaction
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope
from app.models.user import User
from app.providers.speech import SpeechEngine
from app.services import audit, flows, number_labels, publications
from app.services.account_entry import note_entry
from app.services.audit import Actor
from app.services.demo_data import seed_demo_data
from tests.support import factories

pytestmark = pytest.mark.slow

SPEECH = SpeechEngine()


@pytest.fixture
def author(db: Engine) -> User:
    return factories.user("author@example.jp")


@pytest.fixture
def number(author: User) -> Iterator[IncomingNumber]:
    account = factories.account()
    factories.sender_number(account)
    actor = Actor(author.id, author.mail_address, "203.0.113.7", account.company_id, account.id)
    with account_scope(account.id), audit.acting_as(actor):
        yield factories.incoming_number(account, label="as it was")


def entries() -> list[AuditEntry]:
    session.remove()
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def save(number: IncomingNumber, author: User, content: FlowContent, revision: int) -> None:
    flows.save_draft(number.id, content, revision=revision, user_id=author.id)


def test_a_flow_leaves_an_entry_at_every_step(number: IncomingNumber, author: User) -> None:
    flows.register_flow(number.id)
    flows.register_flow(number.id)  # there already: nothing happens
    save(number, author, factories.CONTENT, 0)
    publications.publish_flow(number.id, revision=1, user_id=author.id, speech=SPEECH)
    flows.delete_flow(number.id, user_id=author.id, may_publish=True)
    trail = entries()
    assert [entry.action for entry in trail] == [
        "flow.register",
        "flow.save",
        "flow.publish",
        "flow.delete",
    ]
    for entry in trail:
        assert entry.subject == number.number
        assert (entry.actor_id, entry.actor) == (author.id, "author@example.jp")
        assert entry.address == "203.0.113.7"
        assert entry.account_id == number.account_id
        assert entry.company_id is not None
    assert trail[2].after is not None
    assert trail[2].before is not None
    assert (trail[2].before["version"], trail[2].after["version"]) == (None, 1)
    assert trail[2].after["1"] == factories.CONTENT.guidances[Slot.GREETING].text
    assert (trail[3].before, trail[3].after) == ({"version": 1}, {"version": None})


def test_only_the_changed_parts_of_a_draft_are_kept(number: IncomingNumber, author: User) -> None:
    flows.register_flow(number.id)
    save(number, author, factories.CONTENT, 0)
    texts = dict(factories.CONTENT.guidances) | {Slot.GREETING: Guidance("こんにちは。")}
    del texts[Slot.ASK_AGAIN]
    save(number, author, FlowContent(texts, SmsTemplate(factories.SENDER, "New text")), 1)
    entry = entries()[-1]
    old = factories.CONTENT.guidances
    assert entry.before == {
        "1": old[Slot.GREETING].text,
        "5": old[Slot.ASK_AGAIN].text,
        "body": factories.SMS.body,
        "short_urls": list(factories.SMS.short_urls),
    }
    assert entry.after == {"1": "こんにちは。", "5": None, "body": "New text", "short_urls": []}


def test_what_is_refused_leaves_nothing(number: IncomingNumber, author: User) -> None:
    flows.register_flow(number.id)
    with pytest.raises(Refusal):
        save(number, author, factories.CONTENT, 7)
    with pytest.raises(Refusal):
        publications.publish_flow(number.id, revision=0, user_id=author.id, speech=SPEECH)
    assert [entry.action for entry in entries()] == ["flow.register"]


def test_the_memo_of_a_number(number: IncomingNumber) -> None:
    number_labels.set_label(number.id, "as it is")
    number_labels.set_label(number.id, " as  it is ")  # the same
    (entry,) = entries()
    assert entry.action == "number.label"
    assert (entry.before, entry.after) == ({"label": "as it was"}, {"label": "as it is"})


def test_entering_an_account(author: User) -> None:
    account = factories.account("本店")
    note_entry(author, account.id, address="203.0.113.9")
    (entry,) = entries()
    assert (entry.action, entry.subject, entry.actor) == (
        "account.enter",
        "本店",
        "author@example.jp",
    )
    assert (entry.account_id, entry.company_id) == (account.id, account.company_id)
    assert entry.address == "203.0.113.9"


def test_demo_data_is_the_systems_doing(db: Engine) -> None:
    seed_demo_data(SPEECH)
    trail = entries()
    assert {(entry.actor, entry.actor_id) for entry in trail} == {("system", None)}
    assert {entry.action for entry in trail} == {"flow.register", "flow.save", "flow.publish"}
    assert len({entry.company_id for entry in trail}) == 2
    assert None not in {entry.company_id for entry in trail}


def test_an_entry_cannot_be_changed_or_deleted(db: Engine) -> None:
    audit.record("sign_in", "a@example.jp")
    with pytest.raises(AuditTrailIsAppendOnly), transaction():
        session.scalars(select(AuditEntry)).one().subject = "b@example.jp"
    with pytest.raises(AuditTrailIsAppendOnly), transaction():
        session.delete(session.scalars(select(AuditEntry)).one())
    for statement in (
        update(AuditEntry).values(subject="b@example.jp"),
        delete(AuditEntry),
        delete(AuditEntry).where(AuditEntry.subject == "a@example.jp"),
        delete(table(AuditEntry.__tablename__)),
        text("delete  from audit_entry"),
        text('UPDATE "audit_entry" SET subject = NULL'),
    ):
        with pytest.raises(AuditTrailIsAppendOnly), transaction():
            session.execute(statement)
    with pytest.raises(AuditTrailIsAppendOnly), transaction():
        session.query(AuditEntry).delete()
    changed = [{"id": session.scalars(select(AuditEntry.id)).one(), "subject": "b@example.jp"}]
    with pytest.raises(AuditTrailIsAppendOnly), transaction():
        session.bulk_update_mappings(AuditEntry.__mapper__, changed)
    assert [entry.subject for entry in entries()] == ["a@example.jp"]
