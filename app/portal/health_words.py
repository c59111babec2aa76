"""「稼働状況」 in words: what a finding means, and what our own staff does about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.domain.health import Finding, State


class StateWords(NamedTuple):
    label: LazyString
    chip: str
    icon: str


class Words(NamedTuple):
    """`to_do` is empty where nothing is to be done."""

    meaning: LazyString
    to_do: LazyString | str = ""


STATES: Mapping[State, StateWords] = {
    State.GOOD: StateWords(_("Good"), "success", "check"),
    State.ATTENTION: StateWords(_("Needs attention"), "warning", "warning"),
    State.TROUBLE: StateWords(_("Trouble"), "danger", "error"),
}

WORDS: Mapping[Finding, Words] = {
    Finding.DATABASE_ANSWERS: Words(_("The database answers.")),
    Finding.BROKER_ANSWERS: Words(_("The broker answers, and its queue is short.")),
    Finding.BROKER_QUEUE_LONG: Words(
        _("More tasks wait than the workers take."),
        _("See below whether every worker is alive. If they are, start more of them."),
    ),
    Finding.BROKER_AWAY: Words(
        _(
            "The broker does not answer. Calls are answered and their SMS written down, but none is"
            " sent."
        ),
        _(
            "Start the broker again. The SMS that wait are then sent by themselves, those that"
            " waited too long are given up."
        ),
    ),
    Finding.WORKERS_ALIVE: Words(_("Every worker that reported is alive.")),
    Finding.WORKER_SILENT: Words(
        _("A worker died or hangs. The others do its work, if they are enough."),
        _("Start it again. One that is gone for good disappears from here after 24 hours."),
    ),
    Finding.NO_WORKER: Words(
        _("No worker is alive: no SMS and no mail is sent, nothing is published as planned."),
        _("Start a worker. What waits is then done by itself."),
    ),
    Finding.BEAT_RUNS: Words(_("Beat gives out the regular tasks, and they are done.")),
    Finding.BEAT_SILENT: Words(
        _(
            "The regular tasks are not done: nothing picks up SMS and mails that were left behind,"
            " and planned publications do not begin."
        ),
        _("If the broker and a worker are well, beat does not run: start one worker with --beat."),
    ),
    Finding.PLIVO_ANSWERS: Words(_("Plivo's API answers.")),
    Finding.PLIVO_FAILED_LAST: Words(
        _("Plivo answers now, but the last request of a worker failed."),
        _("Nothing, if it was once. If it stays so, compare with Plivo's own status page."),
    ),
    Finding.PLIVO_REFUSES: Words(
        _("Plivo does not accept our credentials: every SMS is given up."),
        _(
            "Check PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN and start the programs anew, then send the"
            " dead letters again."
        ),
    ),
    Finding.PLIVO_AWAY: Words(
        _("Plivo's API does not answer this machine. SMS wait and are tried again."),
        _("Look at Plivo's own status page, and at the way from here to the Internet."),
    ),
    Finding.SMS_FLOW: Words(_("SMS leave as they come.")),
    Finding.SMS_WAIT_LONG: Words(
        _("An SMS has been waiting for more than 2 minutes."),
        _(
            "See whether broker, workers and Plivo are well. With many callers at once it only"
            " takes its time, as Plivo takes no more SMS a second."
        ),
    ),
    Finding.SMS_STAND_STILL: Words(
        _("An SMS has been waiting for more than 10 minutes."),
        _("Mend what is shown above as trouble: SMS that wait too long are given up."),
    ),
    Finding.NONE_UNCLEAR: Words(_("It is known of every hand-over what became of it.")),
    Finding.SOME_UNCLEAR: Words(
        _("Of these SMS it is not known whether Plivo accepted them."),
        _("Nothing: each is looked up at Plivo before it may be sent again."),
    ),
    Finding.NO_DEAD_LETTER: Words(_("No SMS was given up in the last 24 hours.")),
    Finding.DEAD_LETTERS: Words(
        _("SMS were given up in the last 24 hours."),
        _("Look at the reasons under “Dead letters”, and send again what should still arrive."),
    ),
    Finding.MAILS_FLOW: Words(_("Mails leave as they come.")),
    Finding.MAILS_WAIT_LONG: Words(
        _("A mail has been waiting for more than 5 minutes."),
        _("See whether the workers are well, and the mail server in MAIL_URL."),
    ),
    Finding.MAILS_FAILED: Words(
        _("Mails could not be delivered in the last 24 hours."),
        _("Their reasons are in the worker's log. A user can be sent a new mail from his page."),
    ),
}
