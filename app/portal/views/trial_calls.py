"""テスト発信: the saved draft, played in the browser; nothing is sent and nothing counted."""

from __future__ import annotations

import json
from collections.abc import Callable

from flask import Response as FlaskResponse
from flask import abort, flash, jsonify, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.refusals import Refusal
from app.domain.roles import Right
from app.domain.trial_calls import Caller, TrialScript, play
from app.models import flow as flow_table
from app.models import incoming_number, publication_plan, trial_call
from app.models.flow import Flow
from app.models.incoming_number import IncomingNumber
from app.models.publication_plan import PlanState
from app.models.trial_call import TrialCall
from app.portal import flow_labels, trial_words
from app.portal.publication_words import short_moment
from app.portal.refusal_words import words_for
from app.portal.view_bases import ROW_ID, AccountView, needs
from app.services import trial_calls


class TrialCallView(AccountView):
    route_base = f"/numbers/<{ROW_ID}:number_id>/flow/trial"

    @expose("/")
    @needs(Right.EDIT_FLOWS)
    def show(self, number_id: int) -> str | Response:
        number = _number(number_id)
        flow = flow_table.live_flow(number_id)
        if flow is None:
            return redirect(url_for("IncomingNumberView.list"))
        return self.render_template(
            "trial_calls.html",
            title=_("Trial call"),
            number=number,
            flow=flow,
            callers=Caller,
            words=trial_words,
            missing=[flow_labels.part_name(part) for part in flow.draft_content.missing()],
            trials=[_row(trial, flow) for trial in trial_call.of_flow(flow.id)],
            stopped_plans=_stopped_plans(flow),
            longest_name=trial_calls.MAX_NAME_CHARACTERS,
        )

    @expose("/steps", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def play(self, number_id: int) -> FlaskResponse | tuple[FlaskResponse, int]:
        """How the call goes on the draft of the given revision, from the script so far."""
        flow = flow_table.live_flow(number_id)
        if flow is None:
            abort(404)
        try:
            script = _given_script()
            if _given_revision() != flow.draft_revision:
                raise Refusal("draft_conflict")
        except Refusal as refusal:
            return jsonify(error=refusal.code, message=_words(refusal)), 409
        content = flow.draft_content
        return jsonify(trial_words.result_json(content, play(content, script)))

    @expose("/calls", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def save(self, number_id: int) -> Response:
        def save() -> None:
            trial_calls.save_trial(
                number_id, request.form.get("name", ""), _given_script(), revision=_given_revision()
            )

        return _done(
            number_id, save, _("The trial call is saved: it is checked before publishing.")
        )

    @expose("/calls/accept", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def accept_all(self, number_id: int) -> Response:
        revision = _given_revision()
        return _done(
            number_id,
            lambda: trial_calls.accept_all(number_id, revision=revision),
            _("From now on the calls have to go as they go now."),
        )

    @expose(f"/calls/<{ROW_ID}:trial_id>/rename", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def rename(self, number_id: int, trial_id: int) -> Response:
        name = request.form.get("name", "")
        return _done(
            number_id,
            lambda: trial_calls.rename_trial(number_id, trial_id, name),
            _("The name is saved."),
        )

    @expose(f"/calls/<{ROW_ID}:trial_id>/accept", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def accept(self, number_id: int, trial_id: int) -> Response:
        revision = _given_revision()
        return _done(
            number_id,
            lambda: trial_calls.accept_trial(number_id, trial_id, revision=revision),
            _("From now on the call has to go as it goes now."),
        )

    @expose(f"/calls/<{ROW_ID}:trial_id>/delete", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def delete(self, number_id: int, trial_id: int) -> Response:
        return _done(
            number_id,
            lambda: trial_calls.delete_trial(number_id, trial_id),
            _("The trial call is deleted."),
        )


def _done(number_id: int, service: Callable[[], None], success: str) -> Response:
    _number(number_id)
    try:
        service()
    except Refusal as refusal:
        if refusal.code == "trial_unknown":
            abort(404)
        flash(_words(refusal), "danger")
    else:
        flash(success, "success")
    return redirect(url_for("TrialCallView.show", number_id=number_id))


def _row(trial: TrialCall, flow: Flow) -> dict[str, object]:
    differences = trial_calls.differences(trial, flow.draft_content)
    return {
        "trial": trial,
        "course": trial_words.script_in_words(TrialScript.from_json(trial.script)),
        "differences": trial_words.differences_in_words(differences),
    }


def _stopped_plans(flow: Flow) -> list[dict[str, object]]:
    """The planned publications that saved calls will stop, with what goes differently."""
    waiting = [
        plan for plan in publication_plan.open_plans(flow.id) if plan.state is PlanState.WAITING
    ]
    return [
        {"starts": short_moment(plan.starts_at), "failures": trial_words.failures_in_words(failed)}
        for plan in waiting
        if (failed := trial_calls.failing(flow, plan.version.flow_content))
    ]


def _given_script() -> TrialScript:
    try:
        return TrialScript.from_json(json.loads(request.form.get("script", "")))
    except (ValueError, RecursionError):
        raise Refusal("trial_script_wrong") from None


def _given_revision() -> int:
    """The revision, or one that never was for a made-up request."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _words(refusal: Refusal) -> str:
    if refusal.code == "draft_conflict":
        return _("The draft was saved again meanwhile. Load this page anew and call again.")
    return words_for(refusal)


def _number(number_id: int) -> IncomingNumber:
    number = incoming_number.by_id(number_id)
    if number is None:
        abort(404)
    return number
