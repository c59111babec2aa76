"""A refusal's code → the sentence that tells the user what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.domain.delivery_columns import screen_time
from app.domain.refusals import Refusal

WORDS: Mapping[str, LazyString] = {
    "wrong_credentials": _("The mail address or the password is wrong."),
    "locked": _(
        "Locked after too many wrong passwords or codes, until %(until)s (Japan time). "
        "After that you can log in again."
    ),
    "temporary_expired_ask_admin": _(
        "The temporary password has run out. Ask your company's admin to reset your password."
    ),
    "temporary_expired_ask_support": _(
        "The temporary password has run out. Ask support to reset your password."
    ),
    "wrong_current_password": _("The current password is wrong."),
    "password_rules": _("The new password does not fulfil all the rules."),
    "password_used_before": _("Choose a password that is none of your last %(count)s."),
    "wrong_reset_code": _("The authentication code is wrong."),
    "reset_ended": _(
        "This link cannot be used any more: it was used, is older than an hour, was replaced by a "
        "newer one, or the code was wrong too often. Ask for a new one."
    ),
    "wrong_second_factor_code": _("The code is wrong, was used before or is too old."),
    "second_factor_is_on": _("Two-factor authentication is on already."),
    "second_factor_required": _("Two-factor authentication is required of you."),
    "label_too_long": _("A memo has at most %(longest)s characters."),
    "guidance_empty": _("There is no text to read aloud yet."),
    "guidance_too_long": _("Shorten the text to %(limit)s characters: it has %(length)s."),
    "speech_silent": _("There is nothing in this text that can be read aloud. Write it in words."),
    "written_missing": _("Enter the word as it stands in the text."),
    "written_too_long": _("A word has at most %(longest)s characters."),
    "written_taken": _("This word has a reading already: change that one."),
    "hints_too_many": _("There are %(limit)s words already, the most an account can have."),
    "reading_not_kana": _("Enter the reading in hiragana or katakana only."),
    "reading_too_long": _("A reading has at most %(longest)s characters."),
    "flow_unknown": _("This flow is not there any more: somebody may have deleted it meanwhile."),
    "trial_calls_failed": _("Saved trial calls go differently now."),
    "trial_script_wrong": _("This call cannot be played. Load this page anew and call again."),
    "trial_unfinished": _("Play the call to its end, then save it."),
    "trials_too_many": _("At most %(limit)s trial calls are kept. Delete one first."),
    "trial_name_missing": _("Enter a name for the trial call."),
    "trial_name_too_long": _("A name has at most %(longest)s characters."),
    "published_flow_protected": _(
        "Callers hear this flow: only an admin may delete it in this account."
    ),
    "draft_conflict": _("The draft was saved again meanwhile. Look at it and try again."),
    "flow_not_published": _("Nothing is published any more."),
    "flow_in_the_way": _("The number has a flow already. Delete it first."),
    "version_unknown": _("This version is not there."),
    "version_is_live": _("This version is published already."),
    "comment_too_long": _("A comment has at most %(longest)s characters."),
    "plan_starts_in_past": _("The beginning is past. Choose a later time."),
    "plan_ends_before_start": _("The end must be later than the beginning."),
    "plan_too_far": _("A publication can be planned until %(latest)s."),
    "plan_overlaps": _("Another planned publication, from %(starts_at)s, overlaps this one."),
    "plans_too_many": _("At most %(limit)s publications can wait. Cancel one first."),
    "plan_unknown": _("This planned publication is not there."),
    "plan_not_waiting": _("The planned publication has begun or was cancelled meanwhile."),
    "plan_not_running": _("The planned publication has ended meanwhile."),
    "changed_meanwhile": _(
        "Somebody else changed this meanwhile. Look at what is stored now, and save again if yours"
        " shall stand."
    ),
    "row_gone": _("This is not there any more: somebody may have deleted it meanwhile."),
    "number_unknown": _("This is not there any more: somebody may have deleted it meanwhile."),
    "name_missing": _("Enter a name."),
    "name_too_long": _("A name has at most %(longest)s characters."),
    "company_unknown": _("This company is not there any more. Choose another."),
    "company_name_taken": _("There is a company of this name already."),
    "company_in_use": _(
        "This company is not deleted: it has accounts, IP addresses or a past in the audit trail."
    ),
    "ip_range_unreadable": _("Enter an IP address, or a range such as 203.0.113.0/24."),
    "ip_range_everything": _("This range lets in every address there is: it restricts nothing."),
    "ip_range_taken": _("The company has this address or range already."),
    "account_unknown": _("This account is not there any more. Choose another."),
    "account_name_taken": _("The company has an account of this name already."),
    "account_in_use": _(
        "This account is not deleted: it has numbers, users, calls or a past in the audit trail."
    ),
    "mail_address_wrong": _("Enter a mail address such as name@example.jp."),
    "mail_address_in_company": _("Your company has a user with this mail address already."),
    "mail_address_deleted": _(
        "This mail address belongs to a deleted user. It cannot be registered until support "
        "restores that user."
    ),
    "mail_address_unavailable": _("This mail address cannot be registered. Ask support."),
    "roles_missing": _("Choose an account and a role."),
    "account_twice": _("Choose each account once."),
    "role_not_given": _("Company admins are made by support. Choose another role."),
    "not_company_admin": _("You are not a company admin any more."),
    "user_is_self": _("You cannot change or delete yourself here."),
    "user_is_company_admin": _("Company admins are changed by support only."),
    "user_is_shared": _(
        "This user belongs to another company too: only the roles in your company can be changed."
    ),
    "user_is_suspended": _("This user is suspended. Set the status to active first."),
    "file_missing": _("Choose a CSV file."),
    "file_unreadable": _("This is not a CSV file in UTF-8 or Shift_JIS."),
    "file_without_head": _("The first line must name the columns: %(columns)s."),
    "file_empty": _("The file has nothing below its first line."),
    "file_too_large": _("A file has at most %(rows)s lines and 1 MB."),
    "row_too_short": _("The line must have %(columns)s columns."),
    "row_account_unknown": _("Your company has no account named “%(name)s”."),
    "row_role_unknown": _("There is no role named “%(name)s”."),
    "row_other_name": _("Line %(line)s gives the same mail address another name."),
    "not_a_mobile": _("Enter a Japanese mobile number, such as 090-1234-5678."),
    "suppressed_already": _("This number is on the list already."),
    "number_unreadable": _("Enter a Japanese phone number, such as 050-3000-0001."),
    "number_taken": _("This number is issued already."),
    "message_not_dead": _("This SMS is not given up on any more: somebody has sent it again."),
    "message_perhaps_sent": _(
        "Plivo may have accepted this SMS: it is not known yet, so it is not sent again."
    ),
    "number_in_use": _(
        "This number has, or had, a flow or calls: they belong to its account, so it stays there."
    ),
    "plivo_number_not_rented": _(
        "This number is not rented at Plivo, or in another account there. Rent it in Plivo's"
        " console, then assign it. A mistyped number is deleted here and issued anew."
    ),
    "plivo_credentials": _(
        "Plivo does not accept our credentials (401). Check PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN and"
        " start the portal anew."
    ),
    "plivo_refused": _("Plivo refused: %(reason)s"),
    "plivo_away": _("Plivo does not answer (%(reason)s). Nothing is lost: try again later."),
    "own_second_factor": _("You can't remove your own second factor here: ask a colleague."),
    "sender_unreadable": _(
        "Enter a Japanese phone number of 10 or 11 digits, such as 03-1234-5678."
    ),
    "sender_taken": _("The account has this sender number already."),
    "mail_address_taken": _(
        "There is a user with this mail address already, who may have been deleted."
    ),
    "user_unknown": _("There is no company user with this mail address. Add the user first."),
    "user_cannot_sign_in": _("A deleted or suspended user can't set a password."),
    "role_held_already": _("The user is company admin of this account already."),
    "audio_not_wav": _("Format: it must be WAV, and this is %(found)s."),
    "audio_unknown_kind": _("Format: it must be WAV, and this is another kind of file."),
    "audio_rate": _("Sampling rate: it must be 8 kHz, and is %(found)s kHz."),
    "audio_encoding": _("Encoding: it must be μ-law, and is %(found)s."),
    "audio_channels": _("Channels: it must be mono (1), and has %(found)s."),
    "audio_too_large": _("Size: it must be under 50 MB, and is not."),
    "audio_too_long": _("Length: it must be under 5 minutes, and is longer."),
    "audio_empty": _("There is no sound in this file."),
    "audio_broken": _("The file is damaged or incomplete: its header does not fit its contents."),
    "audio_unreadable": _("No sound could be read from this file."),
    "audio_silent": _("This file is silent: nothing could be heard in it."),
    "audio_too_hard": _(
        "This file could not be converted. Save it in another format and try again."
    ),
    "audio_interrupted": _("The conversion was interrupted twice. Try again later."),
    "audio_upload_broken": _("This file did not arrive whole. Upload it again."),
    "audio_gone": _("This file is not there any more. Choose it again."),
    "sender_in_use": _(
        "A flow of the account shows this sender number. Choose another in the flow first."
    ),
    "downloads_of_account": _(
        "%(limit)s downloads of this account are running already. Wait until one has ended, then "
        "download again."
    ),
    "downloads_of_all": _("Many downloads are running just now. Try again in a few minutes."),
    "xlsx_disk_full": _(
        "The Excel file did not fit on the server. Download fewer days at once, or the CSV file."
    ),
    "xlsx_failed": _(
        "The Excel file could not be made. Try again, or download the CSV file instead."
    ),
}


def words_for(refusal: Refusal) -> str:
    """The sentence in the reader's language, with the refusal's details filled in, times in Japan
    time.

    Raises KeyError for a code without words: that is a gap of the program, not the user's mistake.
    """
    details = {
        name: screen_time(value) if isinstance(value, datetime) else value
        for name, value in refusal.details.items()
    }
    return gettext(str(WORDS[refusal.code]), **details)
