"""The parts of 「稼働状況」 as its page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from app.domain.delivery_cells import csv_time
from app.domain.health import STATE, Finding, Report, State
from app.models.backlog import MOST_COUNTED
from app.portal.health_words import STATES, WORDS, StateWords, Words

Fact = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """`key` names it in the page; `facts` are labels with values, as many as are known."""

    key: str
    title: str
    finding: Finding
    facts: Sequence[Fact]

    @property
    def state(self) -> StateWords:
        return STATES[STATE[self.finding]]

    @property
    def words(self) -> Words:
        return WORDS[self.finding]


@dataclass(frozen=True)
class ShownWorker:
    name: str
    beaten_at: str
    tasks_running: int
    state: StateWords


def parts_of(report: Report) -> list[Part]:
    """In the order of `Report.findings`."""
    waiting_since = _time(report.oldest_waiting_at)
    answered_at, failed_at, failure = report.plivo_last()
    shown: Sequence[tuple[str, str, Sequence[Fact]]] = (
        ("database", _("Database"), [(_("Kind and version"), report.database)]),
        (
            "broker",
            _("Broker"),
            [
                (_("Waiting tasks"), _count(report.queue_length)),
                (_("Error"), report.broker_trouble or ""),
            ],
        ),
        ("workers", _("Workers"), []),
        (
            "beat",
            _("Beat"),
            [(_("Last run"), _time(report.beat.beaten_at if report.beat else None))],
        ),
        (
            "plivo",
            _("Plivo's API"),
            [
                (_("Error now"), report.plivo_trouble or ""),
                (_("Workers' last good answer"), _time(answered_at)),
                (_("Workers' last error"), f"{_time(failed_at)} {failure}" if failed_at else ""),
            ],
        ),
        (
            "waiting",
            _("SMS waiting"),
            [
                (_("Waiting"), _count(report.waiting)),
                (_("The first since"), waiting_since),
                (_("Being sent"), _count(report.sending)),
            ],
        ),
        ("unclear", _("SMS of unclear outcome"), [(_("Unclear"), _count(report.unclear))]),
        (
            "dead_letters",
            _("Dead letters"),
            [(_("In the last 24 hours"), _count(report.dead_letters))],
        ),
        (
            "mails",
            _("Mails"),
            [
                (_("Waiting"), _count(report.mails_waiting)),
                (_("The first since"), _time(report.oldest_mail_at)),
                (_("Failed in the last 24 hours"), _count(report.mails_failed)),
            ],
        ),
    )
    return [
        Part(key, title, finding, [fact for fact in facts if fact[1]])
        for (key, title, facts), finding in zip(shown, report.findings(), strict=True)
    ]


def workers_of(report: Report) -> list[ShownWorker]:
    return [
        ShownWorker(
            beat.name,
            csv_time(beat.beaten_at),
            beat.tasks_running or 0,
            STATES[State.TROUBLE if beat.is_silent(report.at) else State.GOOD],
        )
        for beat in report.workers
    ]


def _time(moment: datetime | None) -> str:
    """To the second: whoever looks here counts them."""
    return csv_time(moment)


def _count(number: int | None) -> str:
    if number is None:
        return ""
    if number == MOST_COUNTED:
        return _("%(count)s or more", count=f"{number:,}")
    return f"{number:,}"
