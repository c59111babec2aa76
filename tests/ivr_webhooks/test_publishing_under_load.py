"""Versions are published while calls run: each call hears one version only, and its SMS is of the
same."""

from __future__ import annotations

import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select

from app.domain.flow_content import FlowContent, Guidance
from app.domain.slots import EDITABLE_SLOTS
from app.models import database
from app.models.call import Call
from app.models.database import session
from app.models.guidance_audio import GuidanceAudio
from app.models.incoming_number import IncomingNumber
from app.models.message import Message
from app.models.tenant_scope import account_scope, all_companies
from app.models.user import User
from tests.ivr_webhooks.conftest import Plivo
from tests.services.publication_support import publish
from tests.support import factories

pytestmark = pytest.mark.slow

POSTER = "+815030000001"
AT_A_TIME = 50
CALLS = 100
BETWEEN_VERSIONS_S = 0.8
LONGEST_PAUSE_S = 1.2


def saying_its_number(number: int) -> FlowContent:
    guidances = {slot: Guidance(f"版{number}の{slot.value}です。") for slot in EDITABLE_SLOTS}
    return FlowContent(guidances, replace(factories.SMS, body=f"版{number}", short_urls=()))


@dataclass
class Published:
    """Publishes a version after another in a thread of its own until it is told to stop."""

    account_id: int
    number: IncomingNumber
    author: User
    versions: list[int] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        try:
            with account_scope(self.account_id):
                while not self.enough.wait(BETWEEN_VERSIONS_S):
                    content = saying_its_number(len(self.versions) + 2)
                    self.versions.append(publish(self.number, self.author, content))
        finally:
            database.session.remove()


def a_call(plivo: Plivo, index: int) -> list[str]:
    """A caller who keys in his number at the third prompt; the hashes of what he hears."""
    pauses = random.Random(index)
    params = plivo.call_params(f"call-{index}", caller="anonymous")
    recipient = f"0901234{index:04d}"
    heard: list[str] = []
    for path, digits in (
        ("/ivr/answer", None),
        ("/ivr/digits?attempt=1", ""),
        ("/ivr/digits?attempt=2", ""),
        ("/ivr/digits?attempt=3", recipient),
    ):
        keyed = {} if digits is None else {"Digits": digits}
        answer = plivo.post(path, {**params, **keyed})
        assert answer.status_code == 200, answer.text
        urls = [element.text or "" for element in ET.fromstring(answer.text).iter("Play")]
        assert urls, answer.text
        heard += [url.rsplit("/", 1)[1].removesuffix(".wav") for url in urls]
        time.sleep(pauses.uniform(0.1, LONGEST_PAUSE_S))
    database.session.remove()
    return heard


def test_a_call_hears_one_version_only(plivo: Plivo) -> None:
    account = factories.account()
    factories.sender_number(account)
    number = factories.incoming_number(account, POSTER)
    author = factories.user()
    with account_scope(account.id):
        publish(number, author, saying_its_number(1))
    publisher = Published(account.id, number, author)
    thread = threading.Thread(target=publisher.run)
    thread.start()
    with ThreadPoolExecutor(AT_A_TIME) as callers:
        calls = list(callers.map(lambda index: a_call(plivo, index), range(CALLS)))
    publisher.enough.set()
    thread.join()
    session.remove()
    texts = {row.hash: row.wav.decode() for row in session.scalars(select(GuidanceAudio))}
    versions = [_versions_in([texts[audio_hash] for audio_hash in heard]) for heard in calls]
    assert all(len(version) == 1 for version in versions), versions
    with all_companies("test"):
        pairs = session.execute(
            select(Call.provider_call_id, Message.body).join(Message, Message.call_id == Call.id)
        )
        bodies = {call_id: _versions_in([body]) for call_id, body in pairs}
    assert [bodies[f"call-{index}"] for index in range(CALLS)] == versions
    assert len(publisher.versions) >= 3
    assert len(set.union(*versions)) >= 3


def _versions_in(texts: list[str]) -> set[str]:
    return {found[0] for text in texts if (found := re.match(r"版[0-9]+", text))}
