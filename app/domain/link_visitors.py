"""Who follows a short link: a person, or a program that looks at it before or instead of one."""

from __future__ import annotations

from functools import lru_cache

from crawlerdetect import CrawlerDetect  # type: ignore[import-untyped]

_PREFETCH = ("prefetch", "prerender", "preview")


def is_program(user_agent: str, *, method: str = "GET", purpose: str = "") -> bool:
    """Whether a request comes from a crawler, a messenger's link preview or a browser that loads
    ahead.

    `purpose` is what the header Sec-Purpose, or the older Purpose, says. The list of programs is
    crawlerdetect's; iMessage, LINE, Slack and the like are on it. No browser comes without a name.
    """
    return (
        method == "HEAD"
        or not user_agent.strip()
        or purpose.lower().startswith(_PREFETCH)
        or _is_known(user_agent)
    )


@lru_cache(maxsize=1024)  # 0.5 ms of regular expressions, and most telephones are of a few kinds
def _is_known(user_agent: str) -> bool:
    return bool(CrawlerDetect().isCrawler(user_agent))
