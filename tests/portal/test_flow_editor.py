"""「フロー編集」: writing, saving and publishing what callers hear (SPEC §6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask

from app.domain.flow_content import FlowContent
from app.domain.guidance_texts import FIXED, SAMPLES
from app.domain.roles import Role
from app.domain.slots import Slot
from app.models import flow as flow_table
from app.models.account import Account
from app.models.database import session
from app.models.flow import Flow
from app.models.incoming_number import IncomingNumber
from app.models.tenant_scope import account_scope, all_companies
from app.services import flows
from tests.portal.conftest import Visitor, words
from tests.support import factories

NewVisitor = Callable[[], Visitor]
TYPED: dict[str, Any] = {
    "guidance_1": "はじめまして。",
    "guidance_2": "番号をどうぞ。",
    "guidance_4": "送りました。",
    "guidance_5": "もう一度どうぞ。",
    "sender": factories.SENDER,
    "body": "ご案内 https://www.example.jp/a です",
    "short_urls": ["https://www.example.jp/a"],
}


@dataclass(frozen=True)
class Said:
    """Sound that is quickly made."""

    wav: bytes
    hash: str
    duration_ms: int = 1000


@dataclass
class Voice:
    """Says everything at once and remembers it."""

    name: str = "test"
    heard_by_callers: bool = True
    texts: list[str] = field(default_factory=list)

    def render(self, text: str) -> Said:
        self.texts.append(text)
        wav = text.encode()
        return Said(wav, sha256(wav).hexdigest())


@pytest.fixture(autouse=True)
def voice(app: Flask) -> Voice:
    app.extensions["todoku_speech"] = Voice()
    return app.extensions["todoku_speech"]


@pytest.fixture
def account(db: object) -> Account:
    account = factories.account("本店")
    factories.sender_number(account)
    return account


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    return factories.incoming_number(account, "+815030000001", "ポスター")


@pytest.fixture
def someone(visitor: NewVisitor, account: Account) -> Visitor:
    return visitor().sign_in(factories.member_of(account, Role.ADMIN))


def _register(number: IncomingNumber) -> None:
    with account_scope(number.account_id):
        flows.register_flow(number.id)
        session.remove()


def _flow(number: IncomingNumber) -> Flow:
    with account_scope(number.account_id):
        session.remove()
        flow = flow_table.live_flow(number.id)
        assert flow is not None
        return flow


def _edit(number: IncomingNumber) -> str:
    return f"/numbers/{number.id}/flow/edit"


def _save(someone: Visitor, number: IncomingNumber, revision: int = 0, **typed: Any) -> Any:
    someone.get(_edit(number))
    return someone.post(_edit(number), follow=True, revision=revision, **{**TYPED, **typed})


def _publish(someone: Visitor, number: IncomingNumber, revision: int) -> Any:
    return someone.post(f"/numbers/{number.id}/flow/publish", follow=True, revision=revision)


def _publish_button(page: str) -> str:
    found = re.search(r"<button[^>]*data-publishes[^>]*>", page)
    return found[0] if found else ""


def test_a_new_flow_shows_samples_and_must_be_saved_first(
    someone: Visitor, number: IncomingNumber
) -> None:
    _register(number)
    page = someone.get(_edit(number)).get_data(as_text=True)
    for text in (*SAMPLES.values(), *FIXED.values()):
        assert text in page
    assert "Sample texts are filled in." in page
    assert "Save the draft once" in page
    assert "disabled" in _publish_button(page)
    assert page.count('name="guidance_4"') == 1
    assert 'name="guidance_3"' not in page


def test_saving_keeps_what_was_typed(someone: Visitor, number: IncomingNumber) -> None:
    _register(number)
    page = _save(someone, number)
    assert page.request.path == _edit(number)
    assert "The draft is saved." in words(page)
    flow = _flow(number)
    assert flow.draft_revision == 1
    content = flow.draft_content
    assert content.guidances[Slot.GREETING].text == TYPED["guidance_1"]
    assert content.sms is not None
    assert (content.sms.sender, content.sms.body) == (TYPED["sender"], TYPED["body"])
    assert content.sms.short_urls == ("https://www.example.jp/a",)
    assert "disabled" not in _publish_button(page.get_data(as_text=True))


def test_an_empty_text_is_missing_but_can_be_saved(
    someone: Visitor, number: IncomingNumber
) -> None:
    _register(number)
    page = _save(someone, number, guidance_2="  \r\n", body="")
    assert _flow(number).draft_content.missing() == ("2", "sms")
    html = page.get_data(as_text=True)
    assert 'href="#guidance_2"' in html
    assert 'href="#sms"' in html
    assert "disabled" in _publish_button(html)


@pytest.mark.parametrize(
    ("typed", "message", "field_id"),
    [
        ({"guidance_1": "あ" * 101}, "Shorten ① to 100 characters: it has 101.", "guidance_1"),
        ({"guidance_5": "😀" * 101}, "Shorten ⑤ to 100 characters: it has 101.", "guidance_5"),
        ({"sender": "0399999999"}, "Choose the sender number of the SMS.", "sender"),
        ({"body": "あ" * 661}, "660 characters: it has 661.", "body"),
        ({"body": "😀" * 331}, "660 characters: it has 662.", "body"),
        (
            {
                "body": " ".join(f"https://example.jp/{i}" for i in range(6)),
                "short_urls": [f"https://example.jp/{i}" for i in range(6)],
            },
            "Shorten 5 URLs at most.",
            "short_urls",
        ),
        (
            {"body": "https://intranet/", "short_urls": ["https://intranet/"]},
            "https://intranet/ cannot be shortened",
            "short_urls",
        ),
        (
            {"body": "https://qms.jp/aB3dE5gH", "short_urls": ["https://qms.jp/aB3dE5gH"]},
            "A short link cannot be shortened again.",
            "short_urls",
        ),
    ],
)
def test_a_broken_rule_is_told_beside_its_field(
    someone: Visitor,
    account: Account,
    number: IncomingNumber,
    typed: dict[str, Any],
    message: str,
    field_id: str,
) -> None:
    factories.sender_number(account, "0120123456")
    _register(number)
    page = _save(someone, number, **typed)
    assert page.status_code == 422
    html = page.get_data(as_text=True)
    assert html.count(message) == 2  # in the summary and beside the field
    assert f'href="#{field_id}"' in html
    assert f'id="{field_id}-error"' in html
    assert TYPED["guidance_2"] in html  # nothing typed is lost
    assert _flow(number).draft_revision == 0


@pytest.mark.parametrize(
    ("typed", "kept"), [({"body": ""}, factories.SENDER), ({"sender": ""}, "")]
)
def test_half_an_sms_is_kept_by_the_draft(
    someone: Visitor, account: Account, number: IncomingNumber, typed: dict[str, str], kept: str
) -> None:
    factories.sender_number(account, "0120123456")
    _register(number)
    html = _save(someone, number, **typed).get_data(as_text=True)
    sms = _flow(number).draft_content.sms
    assert sms is not None
    assert (sms.sender, sms.body) == (kept, typed.get("body", TYPED["body"]))
    assert _flow(number).draft_content.missing() == ("sms",)
    assert "disabled" in _publish_button(html)


def test_saving_leads_to_the_trial_call_where_that_was_asked_for(
    someone: Visitor, number: IncomingNumber
) -> None:
    _register(number)
    assert _save(someone, number, then="trial").request.path == f"/numbers/{number.id}/flow/trial/"


def test_at_the_limit_it_is_saved(someone: Visitor, number: IncomingNumber) -> None:
    _register(number)
    lines = "あ" * 658 + "\r\n" + "い"
    assert _save(someone, number, guidance_1="あ" * 99 + "😀", body=lines).status_code == 200
    sms = _flow(number).draft_content.sms
    assert sms is not None
    assert sms.units == 660


def test_what_a_database_would_choke_on_is_dropped(
    someone: Visitor, number: IncomingNumber
) -> None:
    _register(number)
    assert _save(someone, number, guidance_1="a\x00b\x1bc").status_code == 200
    assert _flow(number).draft_content.guidances[Slot.GREETING].text == "abc"


def test_a_short_url_that_left_the_text_is_dropped(
    someone: Visitor, number: IncomingNumber
) -> None:
    _register(number)
    gone = ["https://www.example.jp/a", "https://www.example.jp/gone"]
    assert _save(someone, number, short_urls=gone).status_code == 200
    sms = _flow(number).draft_content.sms
    assert sms is not None
    assert sms.short_urls == ("https://www.example.jp/a",)


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "1e3"])
def test_a_made_up_revision_is_a_conflict(
    someone: Visitor, number: IncomingNumber, revision: Any
) -> None:
    _register(number)
    assert _save(someone, number, revision).status_code == 409


def test_a_conflict_loses_nothing(
    someone: Visitor, visitor: NewVisitor, account: Account, number: IncomingNumber
) -> None:
    _register(number)
    colleague = factories.member_of(account, Role.MEMBER)
    _save(visitor().sign_in(colleague), number, guidance_1="同僚の言葉", sender=factories.SENDER)
    page = _save(someone, number, 0, guidance_1="自分の言葉")
    assert page.status_code == 409
    html = page.get_data(as_text=True)
    assert "自分の言葉" in html
    assert "同僚の言葉" in html
    assert f"{colleague.name} saved this draft" in words(page)
    assert 'href="#saved-guidance_1"' in html
    assert "saved-guidance_2" not in html  # only what differs
    assert _flow(number).draft_content.guidances[Slot.GREETING].text == "同僚の言葉"
    again = someone.post(
        _edit(number), follow=True, **{**TYPED, "revision": 1, "guidance_1": "決めた言葉"}
    )
    assert again.status_code == 200
    assert _flow(number).draft_content.guidances[Slot.GREETING].text == "決めた言葉"


def test_a_flow_deleted_meanwhile_loses_no_text(someone: Visitor, number: IncomingNumber) -> None:
    _register(number)
    someone.get(_edit(number))
    with account_scope(number.account_id):
        flows.delete_flow(number.id, user_id=factories.user().id, may_publish=True)
    for more, status in (({}, 409), ({"guidance_1_kind": "file"}, 422)):
        page = someone.post(_edit(number), follow=True, revision=0, **TYPED, **more)
        assert page.status_code == status
        assert "This flow was deleted meanwhile." in words(page)
        assert TYPED["body"] in page.get_data(as_text=True)


def test_publishing_freezes_the_saved_draft(
    someone: Visitor, number: IncomingNumber, voice: Voice
) -> None:
    _register(number)
    _save(someone, number)
    page = _publish(someone, number, 1)
    assert "The flow is published" in words(page)
    flow = _flow(number)
    assert flow.published_version is not None
    assert flow.published_version.number == 1
    assert flow.published_version.content == flow.draft
    assert set(flow.published_version.audio) == set("123456")
    assert sorted(voice.texts) == sorted(
        [TYPED[f"guidance_{slot}"] for slot in "1245"] + list(FIXED.values())
    )
    assert "Unpublished changes" not in words(page)


def test_the_dialog_shows_what_changes(someone: Visitor, number: IncomingNumber) -> None:
    _register(number)
    _save(someone, number)
    assert "Nothing is published now" in someone.text(_edit(number))
    _publish(someone, number, 1)
    _save(someone, number, 1, guidance_1="新しい言葉")
    page = someone.get(_edit(number)).get_data(as_text=True)
    changes = re.search(r'<ul class="changes">.*?</ul>', page, re.S)
    assert changes is not None
    assert TYPED["guidance_1"] in changes[0]
    assert "新しい言葉" in changes[0]
    assert changes[0].count('class="change"') == 1
    assert "Unpublished changes" in page


def test_only_the_draft_that_was_looked_at_is_published(
    someone: Visitor, number: IncomingNumber
) -> None:
    _register(number)
    _save(someone, number)
    page = _publish(someone, number, 0)
    assert "the draft was saved again meanwhile" in words(page)
    assert _flow(number).published_version_id is None


def test_an_unfinished_draft_is_not_published(someone: Visitor, number: IncomingNumber) -> None:
    _register(number)
    _save(someone, number, guidance_4="")
    page = _publish(someone, number, 1)
    assert "④ Notice that the SMS is sent must be set first" in words(page)
    assert _flow(number).published_version_id is None


def test_a_member_saves_but_does_not_publish(
    visitor: NewVisitor, account: Account, number: IncomingNumber
) -> None:
    member = visitor().sign_in(factories.member_of(account, Role.MEMBER))
    _register(number)
    page = _save(member, number).get_data(as_text=True)
    assert _publish_button(page) == ""
    assert "/flow/publish" not in page
    assert _publish(member, number, 1).status_code == 403
    assert _flow(number).published_version_id is None


def test_a_number_without_a_flow_leads_to_the_list(
    someone: Visitor, number: IncomingNumber
) -> None:
    answer = someone.get(_edit(number))
    assert (answer.status_code, answer.location) == (302, "/numbers/")


@pytest.mark.parametrize("known", [True, False])
def test_a_strangers_number_does_not_exist(someone: Visitor, known: bool) -> None:
    theirs = factories.incoming_number(factories.account())
    flow = factories.draft_flow(theirs)
    key = theirs.id if known else 2147483647
    someone.get("/numbers/")
    assert someone.get(f"/numbers/{key}/flow/edit").status_code == 404
    assert someone.post(f"/numbers/{key}/flow/edit", revision=1, **TYPED).status_code == 404
    assert someone.post(f"/numbers/{key}/flow/publish", revision=1).status_code == 404
    with all_companies("test"):
        assert session.get_one(Flow, flow.id).draft == flow.draft


def test_a_strangers_sender_is_neither_offered_nor_taken(
    someone: Visitor, number: IncomingNumber
) -> None:
    factories.sender_number(factories.account(), "0677777777")
    _register(number)
    page = _save(someone, number, sender="0677777777")
    assert page.status_code == 422
    assert "06-7777-7777" not in page.get_data(as_text=True)
    assert "03-1234-5678" in page.get_data(as_text=True)


def test_a_text_is_no_markup(someone: Visitor, number: IncomingNumber) -> None:
    _register(number)
    nasty = "</textarea><script>alert(1)</script>\"'><img src=x>"
    _save(someone, number, guidance_1=nasty, body=nasty, guidance_4=nasty)
    page = someone.get(_edit(number)).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_draft_with_a_withdrawn_sender_cannot_be_published(
    someone: Visitor, account: Account, number: IncomingNumber
) -> None:
    factories.draft_flow(
        number,
        FlowContent.from_json(
            {
                **factories.CONTENT.to_json(),
                "sms": {"sender": "0399999999", "body": "x", "short_urls": []},
            }
        ),
    )
    someone.get(_edit(number))
    page = _publish(someone, number, 1)
    assert "Choose the sender number of the SMS." in words(page)


def test_the_page_costs_few_statements(
    someone: Visitor, number: IncomingNumber, statements: list[str]
) -> None:
    factories.published_flow(number)
    statements.clear()
    assert someone.get(_edit(number)).status_code == 200
    assert len(statements) <= 10, statements
