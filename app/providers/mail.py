"""Handing a mail over: to a mail server (SMTP, RFC 5321), or into a folder where none is set."""

from __future__ import annotations

import os
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from app import clock

TIMEOUT_S = 15
SMTP_PORT, SMTPS_PORT = 25, 465
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class MailRefused(Exception):
    """The server, or the address itself, refuses this mail for good: never send it again."""


class MailDelayed(Exception):
    """Not now: the server is away, busy or refuses us rather than this mail. Try again later."""


@dataclass(frozen=True)
class Letter:
    """`id` stays the same however often the mail is tried, and so does its Message-ID: a mail that
    arrives twice can be told."""

    id: int
    written_at: datetime
    recipient: str
    subject: str
    body: str


class Mailer(Protocol):
    def send(self, letter: Letter) -> None:
        """Hand the mail over. Raises MailRefused or MailDelayed."""


def mailer(mail_url: str, folder: Path, *, mail_from: str, display_name: str) -> Mailer:
    """By SMTP to `mail_url` (smtp:// or smtps://, [user:password@]host[:port]); into `folder` when
    it is empty."""
    author = Address(display_name, addr_spec=mail_from)
    return SmtpMailer(mail_url, author) if mail_url else FolderMailer(folder, author)


class SmtpMailer:
    """Encrypts wherever the server offers it, and never sends the password in the clear to another
    machine."""

    def __init__(self, mail_url: str, author: Address, timeout_s: float = TIMEOUT_S) -> None:
        parts = urlsplit(mail_url)
        assert parts.hostname, "config.py asks for it"
        self._host = parts.hostname
        self._implicit_tls = parts.scheme == "smtps"
        self._port = parts.port or (SMTPS_PORT if self._implicit_tls else SMTP_PORT)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._author = author
        self._timeout_s = timeout_s

    def send(self, letter: Letter) -> None:
        message = _message(letter, self._author)
        try:
            with self._connect() as server:
                self._secure(server)
                server.send_message(message, self._author.addr_spec, [letter.recipient])
        except smtplib.SMTPRecipientsRefused as refusal:
            code, words = refusal.recipients[letter.recipient]
            raise _failure(code, words) from refusal
        except smtplib.SMTPAuthenticationError as error:
            raise MailDelayed(f"the mail server refuses our login ({error.smtp_code})") from error
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused(str(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailDelayed(f"{type(error).__name__}: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        if self._implicit_tls:
            return smtplib.SMTP_SSL(
                self._host,
                self._port,
                timeout=self._timeout_s,
                context=ssl.create_default_context(),
            )
        return smtplib.SMTP(self._host, self._port, timeout=self._timeout_s)

    def _secure(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        encrypted = self._implicit_tls
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            encrypted = True
        if not self._user:
            return
        if not encrypted and self._host not in _LOOPBACK:
            raise MailDelayed("the mail server offers no encryption for our password")
        server.login(self._user, self._password)


class FolderMailer:
    """Writes each mail as a file of its own, which appears whole or not at all."""

    def __init__(self, folder: Path, author: Address) -> None:
        self._folder = folder
        self._author = author

    def send(self, letter: Letter) -> None:
        content = _message(letter, self._author).as_bytes()
        file = self._folder / f"{letter.written_at:%Y%m%dT%H%M%S}-{letter.id}.eml"
        unfinished = file.with_suffix(".part")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.write_bytes(content)
            os.replace(unfinished, file)
        except OSError as error:
            raise MailDelayed(f"{type(error).__name__}: {error}") from error


def _message(letter: Letter, author: Address) -> EmailMessage:
    """RFC 5322, UTF-8. An address or subject with a line break raises instead of becoming a header
    of its own; an address is one address, whatever commas it has."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = author
        message["To"] = Address(addr_spec=letter.recipient)
        message["Subject"] = letter.subject
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefused(f"not a mail that can be addressed: {type(error).__name__}") from error
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{letter.id}.{letter.written_at:%Y%m%d%H%M%S%f}@{author.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(letter.body, cte="base64")
    return message


def _failure(code: int, words: bytes | str) -> MailRefused | MailDelayed:
    """RFC 5321, 4.2.1: 5xx is for good, 4xx for now."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return (MailRefused if code >= 500 else MailDelayed)(f"{code} {text}")
