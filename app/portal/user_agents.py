"""What a browser calls itself, in words: "Chrome / Windows"."""

from __future__ import annotations

from flask_babel import gettext
from ua_parser import parse


def browser_and_system(user_agent: str) -> str:
    found = parse(user_agent)
    names = [part.family for part in (found.user_agent, found.os) if part]
    return " / ".join(names) or gettext("Unknown device")
