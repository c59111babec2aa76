"""How the product is: what each part shows, and what that means for those who run it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

BEAT = "beat"
HEARTBEAT_EVERY_S = 10.0
SILENT_AFTER = timedelta(seconds=45)  # four heartbeats: a busy machine is late with one or two
LATELY = timedelta(hours=24)
LONG_QUEUE = 1000
WAITS_LONG = timedelta(minutes=2)
WAITS_TOO_LONG = timedelta(minutes=10)
MAIL_WAITS_LONG = timedelta(minutes=5)


class State(IntEnum):
    """The greater, the worse."""

    GOOD = 0
    ATTENTION = 1
    TROUBLE = 2


class Finding(StrEnum):
    """What was found out about a part; each has a state, a meaning and something to do."""

    DATABASE_ANSWERS = "database_answers"
    BROKER_ANSWERS = "broker_answers"
    BROKER_QUEUE_LONG = "broker_queue_long"
    BROKER_AWAY = "broker_away"
    WORKERS_ALIVE = "workers_alive"
    WORKER_SILENT = "worker_silent"
    NO_WORKER = "no_worker"
    BEAT_RUNS = "beat_runs"
    BEAT_SILENT = "beat_silent"
    SMS_FLOW = "sms_flow"
    SMS_WAIT_LONG = "sms_wait_long"
    SMS_STAND_STILL = "sms_stand_still"
    NONE_UNCLEAR = "none_unclear"
    SOME_UNCLEAR = "some_unclear"
    NO_DEAD_LETTER = "no_dead_letter"
    DEAD_LETTERS = "dead_letters"
    PLIVO_ANSWERS = "plivo_answers"
    PLIVO_FAILED_LAST = "plivo_failed_last"
    PLIVO_REFUSES = "plivo_refuses"
    PLIVO_AWAY = "plivo_away"
    MAILS_FLOW = "mails_flow"
    MAILS_WAIT_LONG = "mails_wait_long"
    MAILS_FAILED = "mails_failed"


STATE: Mapping[Finding, State] = {
    Finding.DATABASE_ANSWERS: State.GOOD,
    Finding.BROKER_ANSWERS: State.GOOD,
    Finding.BROKER_QUEUE_LONG: State.ATTENTION,
    Finding.BROKER_AWAY: State.TROUBLE,
    Finding.WORKERS_ALIVE: State.GOOD,
    Finding.WORKER_SILENT: State.ATTENTION,
    Finding.NO_WORKER: State.TROUBLE,
    Finding.BEAT_RUNS: State.GOOD,
    Finding.BEAT_SILENT: State.TROUBLE,
    Finding.SMS_FLOW: State.GOOD,
    Finding.SMS_WAIT_LONG: State.ATTENTION,
    Finding.SMS_STAND_STILL: State.TROUBLE,
    Finding.NONE_UNCLEAR: State.GOOD,
    Finding.SOME_UNCLEAR: State.ATTENTION,
    Finding.NO_DEAD_LETTER: State.GOOD,
    Finding.DEAD_LETTERS: State.ATTENTION,
    Finding.PLIVO_ANSWERS: State.GOOD,
    Finding.PLIVO_FAILED_LAST: State.ATTENTION,
    Finding.PLIVO_REFUSES: State.TROUBLE,
    Finding.PLIVO_AWAY: State.TROUBLE,
    Finding.MAILS_FLOW: State.GOOD,
    Finding.MAILS_WAIT_LONG: State.ATTENTION,
    Finding.MAILS_FAILED: State.ATTENTION,
}


@dataclass(frozen=True)
class Beat:
    """The last sign of life of a worker or of beat, and what Plivo said to it last."""

    name: str
    beaten_at: datetime
    tasks_running: int | None = None
    plivo_answered_at: datetime | None = None
    plivo_failed_at: datetime | None = None
    plivo_failure: str | None = None

    def is_silent(self, now: datetime) -> bool:
        return now - self.beaten_at > SILENT_AFTER


@dataclass(frozen=True)
class Report:
    """What was seen at one moment, `at`. A part that was asked and did not answer well has its
    trouble in words; counts stop at `app.models.backlog.MOST_COUNTED`."""

    at: datetime
    database: str
    queue_length: int | None
    broker_trouble: str | None
    plivo_trouble: str | None
    plivo_refuses: bool
    workers: Sequence[Beat]
    beat: Beat | None
    waiting: int
    oldest_waiting_at: datetime | None
    sending: int
    unclear: int
    dead_letters: int
    mails_waiting: int
    oldest_mail_at: datetime | None
    mails_failed: int

    def findings(self) -> tuple[Finding, ...]:
        """One per part, in the order in which one looks for a cause."""
        return (
            Finding.DATABASE_ANSWERS,
            self._of_broker(),
            self._of_workers(),
            self._of_beat(),
            self._of_plivo(),
            self._of_waiting(),
            Finding.SOME_UNCLEAR if self.unclear else Finding.NONE_UNCLEAR,
            Finding.DEAD_LETTERS if self.dead_letters else Finding.NO_DEAD_LETTER,
            self._of_mails(),
        )

    def plivo_last(self) -> tuple[datetime | None, datetime | None, str | None]:
        """When any worker got its last good answer, when its last failure, and which."""
        answers = [beat.plivo_answered_at for beat in self.workers if beat.plivo_answered_at]
        failures = [
            (beat.plivo_failed_at, beat.plivo_failure)
            for beat in self.workers
            if beat.plivo_failed_at
        ]
        failed_at, failure = max(failures, default=(None, None))
        return max(answers, default=None), failed_at, failure

    def _of_broker(self) -> Finding:
        if self.queue_length is None:
            return Finding.BROKER_AWAY
        is_long = self.queue_length >= LONG_QUEUE
        return Finding.BROKER_QUEUE_LONG if is_long else Finding.BROKER_ANSWERS

    def _of_workers(self) -> Finding:
        silent = [beat for beat in self.workers if beat.is_silent(self.at)]
        if len(silent) == len(self.workers):
            return Finding.NO_WORKER
        return Finding.WORKER_SILENT if silent else Finding.WORKERS_ALIVE

    def _of_beat(self) -> Finding:
        runs = self.beat is not None and not self.beat.is_silent(self.at)
        return Finding.BEAT_RUNS if runs else Finding.BEAT_SILENT

    def _of_plivo(self) -> Finding:
        if self.plivo_refuses:
            return Finding.PLIVO_REFUSES
        if self.plivo_trouble:
            return Finding.PLIVO_AWAY
        answered_at, failed_at, _failure = self.plivo_last()
        failed_last = failed_at is not None and (answered_at is None or failed_at > answered_at)
        return Finding.PLIVO_FAILED_LAST if failed_last else Finding.PLIVO_ANSWERS

    def _of_waiting(self) -> Finding:
        waits = self.at - self.oldest_waiting_at if self.oldest_waiting_at else timedelta()
        if waits > WAITS_TOO_LONG:
            return Finding.SMS_STAND_STILL
        return Finding.SMS_WAIT_LONG if waits > WAITS_LONG else Finding.SMS_FLOW

    def _of_mails(self) -> Finding:
        waits = self.at - self.oldest_mail_at if self.oldest_mail_at else timedelta()
        if waits > MAIL_WAITS_LONG:
            return Finding.MAILS_WAIT_LONG
        return Finding.MAILS_FAILED if self.mails_failed else Finding.MAILS_FLOW


def worst(findings: Sequence[Finding]) -> State:
    return max(STATE[finding] for finding in findings)
