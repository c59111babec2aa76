"""Mails the product has written to a folder instead of sending them (one RFC 5322 file each)."""

import email
import email.policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any


def latest_mails(folder: Path, limit: int) -> list[dict[str, Any]]:
    """The newest ``*.eml`` of ``folder``, newest first; empty when there is no such folder."""
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [_summary(file) for file in files[:limit]]


def _summary(file: Path) -> dict[str, Any]:
    mail = email.message_from_bytes(
        file.read_bytes(), _class=EmailMessage, policy=email.policy.default
    )
    body = mail.get_body(("plain", "html"))
    date = mail["Date"]
    return {
        "file": file.name,
        "from": str(mail["From"] or ""),
        "to": str(mail["To"] or ""),
        "subject": str(mail["Subject"] or ""),
        "date": parsedate_to_datetime(date).isoformat() if date else None,
        "text": body.get_content() if body else "",
    }
