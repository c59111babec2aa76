"""Which addresses can be shortened."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from app.domain.refusals import Refusal

LONGEST_URL = 2000
"""Characters; browsers and servers cut or refuse longer ones."""

# A name with at least two labels, so no localhost, and no number at its end, so no IP address.
_HOST = re.compile(
    r"(?!.{254})(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.ASCII,
)


def problem(url: str) -> Refusal | None:
    """Why it cannot be shortened: Refusal("url_too_long" | "url_host_wrong"), or None."""
    if len(url) > LONGEST_URL:
        return Refusal("url_too_long", limit=LONGEST_URL, length=len(url))
    host = host_of(url)
    return None if host and _HOST.fullmatch(host) else Refusal("url_host_wrong", url=url)


def is_own_link(url: str, short_url_base: str) -> bool:
    """Whether it is a short link of ours already: shortening it again would only lead here."""
    return host_of(url) == host_of(short_url_base)


def host_of(url: str) -> str | None:
    """The host of an http(s) address in lower case; None where it is unreadable or has a user's
    name, which makes an address look like another's."""
    try:
        read = urlsplit(url)
        has_port = read.port != 0
    except ValueError:
        return None
    if read.scheme not in ("http", "https") or "@" in read.netloc or not has_port:
        return None
    return read.hostname
