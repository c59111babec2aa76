"""How the audit trail names actions, fields and values. What has no name here is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from app.domain.audit_changes import AuditWords
from app.portal.delivery_labels import CARRIERS, STATUSES
from app.portal.roles import ROLE_NAMES
from app.services.audit_export import COLUMNS

ACTIONS: Mapping[str, LazyString] = {
    "sign_in": _("Logged in"),
    "sign_in.failed": _("Login failed"),
    "sign_in.locked": _("Locked after wrong passwords"),
    "sign_out": _("Logged out"),
    "session.end": _("Logged out another device"),
    "session.end_others": _("Logged out all other devices"),
    "account.enter": _("Entered an account"),
    "account.refused": _("Refused: IP address not allowed"),
    "password.change": _("Changed the password"),
    "password.reset_requested": _("Asked for a password reset"),
    "password.reset": _("Reset the password"),
    "password.reset_failed": _("Password reset failed"),
    "second_factor.on": _("Turned the second factor on"),
    "second_factor.off": _("Turned the second factor off"),
    "second_factor.failed": _("Second factor failed"),
    "flow.register": _("Registered a flow"),
    "flow.save": _("Saved a draft"),
    "flow.publish": _("Published a flow"),
    "flow.delete": _("Deleted a flow"),
    "flow.stop": _("Stopped a publication"),
    "flow.return": _("Returned to a version"),
    "flow.load": _("Loaded a version into the draft"),
    "flow.restore": _("Restored a flow"),
    "plan.create": _("Planned a publication"),
    "plan.cancel": _("Cancelled a planned publication"),
    "plan.begin": _("Planned publication began"),
    "plan.end": _("Planned publication ended"),
    "plan.fail": _("Planned publication failed"),
    "trial_call.save": _("Saved a trial call"),
    "trial_call.rename": _("Renamed a trial call"),
    "trial_call.accept": _("Took a trial call's new result as right"),
    "trial_call.delete": _("Deleted a trial call"),
    "reading_hint.create": _("Added a reading"),
    "reading_hint.update": _("Changed a reading"),
    "reading_hint.delete": _("Deleted a reading"),
    "audio_file.upload": _("Uploaded an audio file"),
    "audio_file.convert": _("Had an audio file converted"),
    "audio_file.remove": _("Removed an unused audio file"),
    "suppression.add": _("Added a number to the suppression list"),
    "suppression.import": _("Added numbers to the suppression list from a file"),
    "suppression.remove": _("Removed a number from the suppression list"),
    "suppression.stop_reply": _("Number suppressed after a STOP reply"),
    "deliveries.download": _("Downloaded the delivery log"),
    "number.label": _("Changed the memo of a number"),
    "user.create": _("Registered a user"),
    "user.update": _("Changed a user"),
    "user.delete": _("Deleted a user"),
    "user.leave": _("Removed a user from the company"),
    "user.restore": _("Restored a user"),
    "user.suspend": _("Suspended a user"),
    "user.resume": _("Lifted a user's suspension"),
    "user.unlock": _("Unlocked a user"),
    "user.reset": _("Sent a user a password reset"),
    "user.remove_second_factor": _("Removed a user's second factor"),
    "membership.company_admin": _("Made a user company admin"),
    "membership.delete": _("Took a role from a user"),
    "operator.create": _("Registered one of our staff"),
    "company.create": _("Created a company"),
    "company.update": _("Changed a company"),
    "company.delete": _("Deleted a company"),
    "account.create": _("Created an account"),
    "account.update": _("Changed an account"),
    "account.delete": _("Deleted an account"),
    "incoming_number.create": _("Issued an incoming number"),
    "incoming_number.update": _("Changed an incoming number"),
    "incoming_number.route": _("Assigned an incoming number at Plivo"),
    "incoming_number.delete": _("Took back an incoming number"),
    "sender_number.create": _("Issued a sender number"),
    "sender_number.delete": _("Took back a sender number"),
    "ip_range.create": _("Added an allowed address"),
    "ip_range.update": _("Changed an allowed address"),
    "ip_range.delete": _("Removed an allowed address"),
    "message.resend": _("Had an SMS sent again"),
    "call_counts.correct": _("Mended wrong call counts"),
    "operator.view": _("Looked at by our staff"),
}

FIELDS: Mapping[str, LazyString] = {
    "1": _("Guidance ①"),
    "2": _("Guidance ②"),
    "4": _("Guidance ④"),
    "5": _("Guidance ⑤"),
    "sender": _("Sender number"),
    "body": _("Message text"),
    "short_urls": _("Short URLs"),
    "heard": _("Guidances in order"),
    "recipient": _("Recipient of the SMS"),
    "incoming_number": _("Incoming number"),
    "carrier": _("Carrier"),
    "version": _("Version"),
    "comment": _("Comment"),
    "starts_at": _("Begins"),
    "ends_at": _("Ends"),
    "label": _("Memo"),
    "added": _("Numbers added"),
    "written": _("Written form"),
    "reading": _("Reading"),
    "name": _("Name"),
    "mail_address": _("Mail address"),
    "role": _("Role"),
    "roles": _("Roles"),
    "is_active": _("Active"),
    "status": _("Status"),
    "reason": _("Reason"),
    "until": _("Until"),
    "days": _("Days"),
    "actor": _("Mail address"),
    "address": _("IP address"),
    "action": _("Action"),
    "cidr": _("Allowed address"),
    "account": _("Account"),
    "company": _("Company"),
    "requires_totp": _("Second factor required"),
    "may_members_delete_published": _("Members may delete published flows"),
    "has_softbank_sender": _("Own sender number on SoftBank"),
    "resends_automatically": _("Automatic resending"),
    "error_code": _("Error code"),
    "application": _("Application at Plivo"),
    "answer_url": _("Answer URL"),
    "calls": _("Number of calls"),
}

VALUES: Mapping[str, Mapping[str, LazyString]] = {
    "reason": {
        "by_hand": _("Added here"),
        "file": _("From a file"),
        "stop_reply": _("Replied STOP"),
        "wrong_password": _("Wrong password"),
        "wrong_current_password": _("Wrong current password"),
        "wrong_code": _("Wrong code"),
        "unknown_address": _("No such user"),
        "suspended": _("Suspended user"),
        "deleted": _("Deleted user"),
        "locked": _("Locked"),
        "temporary_expired": _("Temporary password expired"),
        "plan_missed": _("Missed"),
        "sender_unknown": _("Sender number taken back"),
        "trial_calls_failed": _("Trial calls failed"),
    },
    "role": {role.value: name for role, name in ROLE_NAMES.items()},
    "status": {status.value: chip.text for status, chip in STATUSES.items()},
    "carrier": {carrier.value: name for carrier, name in CARRIERS.items() if carrier},
}

CSV_COLUMNS: Mapping[str, LazyString] = {
    "at": _("Time"),
    "actor": _("Mail address"),
    "address": _("IP address"),
    "company": _("Company"),
    "account": _("Account"),
    "action": _("Action"),
    "subject": _("Subject"),
    "field": _("Field"),
    "before": _("Before"),
    "after": _("After"),
}


def reader_words() -> AuditWords:
    """The words in the reader's language, usable after the request too."""
    return AuditWords(
        actions=_spoken(ACTIONS),
        fields=_spoken(FIELDS),
        values={field: _spoken(names) for field, names in VALUES.items()},
        yes=gettext("Yes"),
        no=gettext("No"),
    )


def csv_header() -> list[str]:
    return [str(CSV_COLUMNS[column]) for column in COLUMNS]


def _spoken(names: Mapping[str, LazyString]) -> dict[str, str]:
    return {key: str(name) for key, name in names.items()}
