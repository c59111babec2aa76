"""「稼働状況」: what every part of the product shows at this moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from app import clock
from app.domain.health import BEAT, LATELY, Beat, Report
from app.models import backlog, heartbeat
from app.models.database import transaction
from app.models.heartbeat import Heartbeat
from app.models.tenant_scope import all_companies
from app.providers.plivo.failures import SendRefused
from app.services.message_sweeps import UNCLEAR_AFTER

ANSWER_WITHIN_S = 1.2  # of the two seconds that a page may take
_LONGEST_TROUBLE = 120
_NOT_LET_IN = ("401", "403")

# Shared: parts that hang hold a few threads for a while, never one more with each look at them.
_askers = ThreadPoolExecutor(8, thread_name_prefix="health")


@dataclass(frozen=True)
class Questions:
    """How the parts outside are asked. Either raises when there is no answer."""

    ask_broker: Callable[[], int]
    """Returns how many tasks wait in the queue."""
    ask_plivo: Callable[[], None]


def health_report(questions: Questions) -> Report:
    """Takes no longer than the database and `ANSWER_WITHIN_S`, whatever else is dead.

    Raises SQLAlchemy's errors when the database does not answer: nobody is signed in then.
    """
    broker: Future[Any] = _askers.submit(questions.ask_broker)
    plivo: Future[Any] = _askers.submit(questions.ask_plivo)
    now = clock.now()
    with all_companies("health of the product"), transaction():
        version = backlog.database_version()
        beats = [_as_beat(row) for row in heartbeat.in_order()]
        waiting, oldest_waiting_at = backlog.waiting_messages()
        sending, unclear = backlog.sending_messages(now - UNCLEAR_AFTER)
        mails_waiting, oldest_mail_at = backlog.waiting_mails()
        dead_letters = backlog.dead_letters(now - LATELY)
        mails_failed = backlog.failed_mails(now - LATELY)
    wait((broker, plivo), ANSWER_WITHIN_S)
    broker_trouble, plivo_trouble = _trouble(broker), _trouble(plivo)
    return Report(
        at=now,
        database=version,
        queue_length=None if broker_trouble else broker.result(),
        broker_trouble=_told(broker_trouble),
        plivo_trouble=_told(plivo_trouble),
        plivo_refuses=isinstance(plivo_trouble, SendRefused) and plivo_trouble.code in _NOT_LET_IN,
        workers=[beat for beat in beats if beat.name != BEAT],
        beat=next((beat for beat in beats if beat.name == BEAT), None),
        waiting=waiting,
        oldest_waiting_at=oldest_waiting_at,
        sending=sending,
        unclear=unclear,
        dead_letters=dead_letters,
        mails_waiting=mails_waiting,
        oldest_mail_at=oldest_mail_at,
        mails_failed=mails_failed,
    )


def _as_beat(row: Heartbeat) -> Beat:
    return Beat(
        row.name,
        row.beaten_at,
        row.tasks_running,
        row.plivo_answered_at,
        row.plivo_failed_at,
        row.plivo_failure,
    )


def _trouble(question: Future[Any]) -> BaseException | None:
    """What went wrong with it; None for an answer."""
    if not question.done():
        question.cancel()
        return TimeoutError(f"no answer within {ANSWER_WITHIN_S} s")
    return question.exception()


def _told(trouble: BaseException | None) -> str | None:
    """For our own staff, in the driver's words."""
    if trouble is None:
        return None
    return f"{type(trouble).__name__}: {trouble}"[:_LONGEST_TROUBLE]
