"""Handing mails over: to a real mail server on this machine, and into a folder."""

from __future__ import annotations

import email
import email.policy
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from app.providers.mail import Letter, MailDelayed, MailRefused, SmtpMailer, mailer
from simulator.mails import latest_mails
from tests.support.services.processes import free_port

BODY = "髙橋 﨑子 様\n\n仮パスワード: Xy7!…\n.\nFrom here on\n" + "長" * 500
LETTER = Letter(
    7, datetime(2025, 2, 21, tzinfo=UTC), "hanako@example.jp", "[Todoku] 仮パスワード", BODY
)
AUTHOR = Address("Todoku とどく", addr_spec="no-reply@todoku.example")


class Handler:
    """A mail server's decisions: what it answers to RCPT and DATA."""

    def __init__(self) -> None:
        self.rcpt_answer = ""
        self.data_answer = "250 OK"
        self.envelopes: list[Any] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.rcpt_answer:
            return self.rcpt_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return self.data_answer

    def message(self) -> EmailMessage:
        (envelope,) = self.envelopes
        return read(envelope.content)


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)


def _check_login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
    right = (data.login, data.password) == (b"us:er", b"p@ss/word")
    return AuthResult(success=right, handled=False)


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def server(handler: Handler) -> Iterator[str]:
    """host:port of a server that takes everything, with a login for those who want one."""
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=_check_login,
        auth_require_tls=False,
    )
    controller.start()
    yield f"127.0.0.1:{controller.port}"
    controller.stop()


def smtp(server: str, login: str = "") -> SmtpMailer:
    return SmtpMailer(f"smtp://{login}{server}", AUTHOR, timeout_s=2)


def test_what_arrives_is_what_was_written(server: str, handler: Handler) -> None:
    with time_machine.travel(datetime(2025, 2, 21, 0, 30, tzinfo=UTC), tick=False):
        smtp(server).send(LETTER)
    message = handler.message()
    assert handler.envelopes[0].mail_from == "no-reply@todoku.example"
    assert handler.envelopes[0].rcpt_tos == ["hanako@example.jp"]
    assert message["From"].addresses[0].display_name == "Todoku とどく"
    assert message["To"] == "hanako@example.jp"
    assert message["Subject"] == "[Todoku] 仮パスワード"
    assert message["Date"].datetime == datetime(2025, 2, 21, 0, 30, tzinfo=UTC)
    assert message["Message-ID"] == "<7.20250221000000000000@todoku.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == BODY.splitlines()
    assert all(len(line) <= 78 for line in handler.envelopes[0].content.splitlines())
    assert handler.envelopes[0].content.isascii()


def test_signs_in_with_the_users_of_the_address(server: str, handler: Handler) -> None:
    smtp(server, "us%3Aer:p%40ss%2Fword@").send(LETTER)
    assert len(handler.envelopes) == 1


def test_a_refused_login_is_no_refusal_of_the_mail(server: str, handler: Handler) -> None:
    with pytest.raises(MailDelayed):
        smtp(server, "us%3Aer:wrong@").send(LETTER)
    assert handler.envelopes == []


def test_never_a_password_in_the_clear_to_another_machine(
    server: str, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.providers.mail._LOOPBACK", ())
    with pytest.raises(MailDelayed, match="no encryption"):
        smtp(server, "us%3Aer:p%40ss%2Fword@").send(LETTER)
    assert handler.envelopes == []


@pytest.mark.parametrize("answer", ["550 no such user", "553 bad name"])
def test_5xx_is_for_good(server: str, handler: Handler, answer: str) -> None:
    handler.rcpt_answer = answer
    with pytest.raises(MailRefused, match=answer[:3]):
        smtp(server).send(LETTER)


@pytest.mark.parametrize("answer", ["451 greylisted", "452 too much"])
def test_4xx_is_for_now(server: str, handler: Handler, answer: str) -> None:
    handler.rcpt_answer = answer
    with pytest.raises(MailDelayed, match=answer[:3]):
        smtp(server).send(LETTER)


@pytest.mark.parametrize(
    ("answer", "failure"), [("554 spam", MailRefused), ("421 shutting down", MailDelayed)]
)
def test_refused_after_the_text(
    server: str, handler: Handler, answer: str, failure: type[Exception]
) -> None:
    handler.data_answer = answer
    with pytest.raises(failure):
        smtp(server).send(LETTER)


def test_nobody_there() -> None:
    with pytest.raises(MailDelayed):
        smtp(f"127.0.0.1:{free_port()}").send(LETTER)


def test_an_encrypted_connection_to_a_plain_server_fails_and_waits(server: str) -> None:
    with pytest.raises(MailDelayed):
        SmtpMailer(f"smtps://{server}", AUTHOR, timeout_s=2).send(LETTER)


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        ("a@example.jp\r\nBcc: b@example.jp", "Hello"),
        ("a@example.jp, b@example.jp", "Hello"),
        ("a@example.jp\nRCPT TO:<b@example.jp>", "Hello"),
        ("a@example.jp", "Hello\r\nBcc: b@example.jp"),
        ("", "Hello"),
        ("nobody", "Hello"),
        ("<>", "Hello"),
    ],
)
def test_no_header_can_be_smuggled_in(
    server: str, handler: Handler, recipient: str, subject: str, tmp_path: Path
) -> None:
    letter = Letter(8, LETTER.written_at, recipient, subject, "Hello")
    for postman in (
        smtp(server),
        mailer("", tmp_path, mail_from="a@example.jp", display_name="A"),
    ):
        with pytest.raises(MailRefused):
            postman.send(letter)
    assert handler.envelopes == []
    assert list(tmp_path.iterdir()) == []


def test_without_a_server_a_file_that_the_simulator_shows(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    postman = mailer("", folder, mail_from="no-reply@todoku.example", display_name="とどく")
    postman.send(LETTER)
    postman.send(LETTER)  # a mail that is sent again replaces itself
    (file,) = folder.iterdir()
    assert file.name == "20250221T000000-7.eml"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (shown,) = latest_mails(folder, 10)
    assert shown["to"] == "hanako@example.jp"
    assert shown["subject"] == "[Todoku] 仮パスワード"
    assert shown["text"].strip().splitlines() == BODY.splitlines()


def test_a_folder_that_cannot_be_written_waits(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    postman = mailer("", tmp_path / "mail", mail_from="a@example.jp", display_name="A")
    with pytest.raises(MailDelayed):
        postman.send(LETTER)
