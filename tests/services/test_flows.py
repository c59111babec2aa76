"""Registering, saving, publishing and deleting flows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select

from app.domain.flow_content import ContentRefused, FlowContent, Guidance, sample_content
from app.domain.refusals import Refusal
from app.domain.slots import Slot
from app.models import flow as flow_table
from app.models import guidance_audio
from app.models.database import session
from app.models.flow import Flow
from app.models.flow_version import FlowVersion
from app.models.guidance_audio import GuidanceAudio
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope, all_companies
from app.models.user import User
from app.providers.speech import SpeechEngine
from app.services import flows, publications
from tests.support import factories
from tests.support.parallel import at_once

SPEECH = SpeechEngine()


@pytest.fixture
def number(db: Engine) -> Iterator[IncomingNumber]:
    account = factories.account()
    factories.sender_number(account)
    with account_scope(account.id):
        yield factories.incoming_number(account)


@pytest.fixture
def author(number: IncomingNumber) -> User:
    return factories.user()


def live(number: IncomingNumber) -> Flow:
    session.remove()
    flow = flow_table.live_flow(number.id)
    assert flow is not None
    return flow


def publish(number: IncomingNumber, author: User, content: FlowContent = factories.CONTENT) -> int:
    flows.register_flow(number.id)
    revision = flows.save_draft(
        number.id, content, revision=live(number).draft_revision, user_id=author.id
    )
    return publications.publish_flow(number.id, revision=revision, user_id=author.id, speech=SPEECH)


def test_a_new_flow_holds_the_samples(number: IncomingNumber) -> None:
    flows.register_flow(number.id)
    assert live(number).draft_content == sample_content()
    assert live(number).draft_revision == 0


def test_registered_by_ten_at_once_it_is_one_flow(number: IncomingNumber) -> None:
    def register() -> None:
        with account_scope(number.account_id):
            flows.register_flow(number.id)
        session.remove()

    at_once(*[register] * 10)
    assert session.scalar(select(func.count(Flow.id))) == 1


def test_a_number_of_another_account_is_not_there(number: IncomingNumber, author: User) -> None:
    foreign = factories.incoming_number(factories.account())
    factories.published_flow(foreign)
    with pytest.raises(Refusal, match="number_unknown"):
        flows.register_flow(foreign.id)
    for refused in (
        lambda: flows.save_draft(foreign.id, factories.CONTENT, revision=1, user_id=author.id),
        lambda: publications.publish_flow(foreign.id, revision=1, user_id=author.id, speech=SPEECH),
        lambda: flows.delete_flow(foreign.id, user_id=author.id, may_publish=True),
    ):
        with pytest.raises(Refusal, match="flow_unknown"):
            refused()


def test_the_second_of_two_saves_is_told(number: IncomingNumber, author: User) -> None:
    flows.register_flow(number.id)
    flows.save_draft(number.id, factories.CONTENT, revision=0, user_id=author.id)
    with pytest.raises(Refusal, match="draft_conflict"):
        flows.save_draft(number.id, sample_content(), revision=0, user_id=author.id)
    assert live(number).draft_content == factories.CONTENT


def test_a_page_left_open_over_a_deleted_flow_does_not_overwrite_the_next_one(
    number: IncomingNumber, author: User
) -> None:
    def save(revision: int, text: str) -> int:
        content = FlowContent({Slot.GREETING: Guidance(text)})
        return flows.save_draft(number.id, content, revision=revision, user_id=author.id)

    flows.register_flow(number.id)
    left_open = save(0, "一")
    flows.delete_flow(number.id, user_id=author.id, may_publish=True)
    flows.register_flow(number.id)
    save(0, "二")
    with pytest.raises(Refusal, match="draft_conflict"):
        save(left_open, "三")
    assert live(number).draft_content.guidances[Slot.GREETING].text == "二"


def test_a_sender_of_another_account_is_refused(number: IncomingNumber, author: User) -> None:
    factories.sender_number(factories.account(), "0399999999")
    flows.register_flow(number.id)
    sms = factories.SMS.__class__("0399999999", "text")
    content = FlowContent(sample_content().guidances, sms)
    with pytest.raises(ContentRefused) as refused:
        flows.save_draft(number.id, content, revision=0, user_id=author.id)
    assert refused.value.problems["sender"].code == "sender_unknown"


def test_published_is_frozen_and_every_slot_can_be_heard(
    number: IncomingNumber, author: User
) -> None:
    assert publish(number, author) == 1
    version = live(number).published_version
    assert version is not None
    assert version.flow_content == factories.CONTENT
    assert set(version.audio) == {slot.value for slot in Slot}
    for audio_hash in version.audio.values():
        wav = guidance_audio.wav_of(audio_hash)
        assert wav is not None
        assert wav.startswith(b"RIFF")


def test_a_text_is_rendered_once(number: IncomingNumber, author: User) -> None:
    publish(number, author)
    before = session.scalar(select(func.count(GuidanceAudio.hash)))
    changed = dict(factories.CONTENT.guidances) | {Slot.GREETING: Guidance("こんにちは。")}
    assert publish(number, author, FlowContent(changed, factories.SMS)) == 2
    assert session.scalar(select(func.count(GuidanceAudio.hash))) == (before or 0) + 1


def test_an_incomplete_or_outdated_draft_is_not_published(
    number: IncomingNumber, author: User
) -> None:
    flows.register_flow(number.id)
    revision = flows.save_draft(number.id, sample_content(), revision=0, user_id=author.id)
    with pytest.raises(Refusal, match="draft_incomplete"):
        publications.publish_flow(number.id, revision=revision, user_id=author.id, speech=SPEECH)
    flows.save_draft(number.id, factories.CONTENT, revision=revision, user_id=author.id)
    with pytest.raises(Refusal, match="draft_conflict"):
        publications.publish_flow(number.id, revision=revision, user_id=author.id, speech=SPEECH)
    assert live(number).published_version is None


def test_what_cannot_be_heard_is_named(number: IncomingNumber, author: User) -> None:
    silent = dict(factories.CONTENT.guidances) | {Slot.ASK_AGAIN: Guidance("😀😀")}
    with pytest.raises(ContentRefused) as refused:
        publish(number, author, FlowContent(silent, factories.SMS))
    assert refused.value.problems["5"].code == "speech_silent"
    assert live(number).published_version is None


def test_a_deleted_flow_stays_in_the_history_and_the_number_can_have_another(
    number: IncomingNumber, author: User
) -> None:
    publish(number, author)
    flows.delete_flow(number.id, user_id=author.id, may_publish=True)
    session.remove()
    assert flow_table.live_flow(number.id) is None
    with all_companies("test"):
        assert session.scalar(select(func.count(FlowVersion.id))) == 1
    flows.register_flow(number.id)
    assert live(number).draft_content == sample_content()
