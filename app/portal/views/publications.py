"""「公開」「予約公開」「公開を停止」「この版に戻す」「下書きに読み込む」「復元」."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.domain.delivery_columns import screen_time
from app.domain.flow_content import ContentRefused
from app.domain.publication_rules import Period
from app.domain.refusals import Refusal
from app.domain.roles import Right
from app.models import flow as flow_table
from app.models import incoming_number
from app.models.incoming_number import IncomingNumber
from app.portal import flow_labels, trial_words
from app.portal.flow_drawing import changes
from app.portal.forms.flow_editor import problem_words
from app.portal.forms.publication import FIELD_OF_REFUSAL, PublishForm
from app.portal.publication_words import publication_context
from app.portal.refusal_words import words_for
from app.portal.view_bases import ROW_ID, AccountView, needs
from app.services import publication_plans, publications


class PublicationView(AccountView):
    route_base = f"/numbers/<{ROW_ID}:number_id>/flow"

    @expose("/publish", methods=["POST"])
    @needs(Right.PUBLISH_FLOWS)
    def publish(self, number_id: int) -> Response | tuple[str, int]:
        number = _number(number_id)
        form = PublishForm(request.form)
        if not form.validate():
            return self._again(number, form)
        given: dict[str, Any] = {
            "revision": form.given_revision(),
            "user_id": current_user.id,
            "speech": current_app.extensions["todoku_speech"],
            "comment": form.comment.data,
        }
        try:
            if form.period:
                publication_plans.plan_publication(number_id, form.period, **given)
            else:
                publications.publish_flow(number_id, **given)
        except Refusal as refusal:
            if refusal.code in FIELD_OF_REFUSAL:
                form.add_refusal(refusal)
                return self._again(number, form)
            flash(_why_not_published(refusal), "danger")
        except ContentRefused as refused:
            _flash_problems(refused)
        else:
            flash(_published(form.period), "success")
        return redirect(url_for("FlowEditorView.edit", number_id=number_id))

    @expose("/stop", methods=["POST"])
    @needs(Right.PUBLISH_FLOWS)
    def stop(self, number_id: int) -> Response:
        return _done(
            number_id,
            lambda: publications.stop_publication(number_id, user_id=current_user.id),
            _("Publication was stopped: callers hear the notice that nothing is there."),
        )

    @expose(f"/versions/<{ROW_ID}:version_id>/return", methods=["POST"])
    @needs(Right.PUBLISH_FLOWS)
    def return_to_version(self, number_id: int, version_id: int) -> Response:
        return _done(
            number_id,
            lambda: publications.return_to_version(number_id, version_id, user_id=current_user.id),
            _("The older version is published again: the next caller hears it."),
        )

    @expose(f"/versions/<{ROW_ID}:version_id>/load", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def load_into_draft(self, number_id: int, version_id: int) -> Response:
        _number(number_id)
        try:
            publications.load_into_draft(
                number_id,
                version_id,
                revision=PublishForm(request.form).given_revision(),
                user_id=current_user.id,
            )
        except Refusal as refusal:
            flash(words_for(refusal), "danger")
            return _to_history(number_id)
        flash(
            _("The version was loaded into the draft. Callers hear it once you publish."), "success"
        )
        return redirect(url_for("FlowEditorView.edit", number_id=number_id))

    @expose(f"/deleted/<{ROW_ID}:flow_id>/restore", methods=["POST"])
    @needs(Right.PUBLISH_FLOWS)
    def restore(self, number_id: int, flow_id: int) -> Response:
        _number(number_id)
        try:
            heard = publications.restore_flow(number_id, flow_id, user_id=current_user.id)
        except Refusal as refusal:
            flash(words_for(refusal), "danger")
        else:
            flash(
                _("The flow is back: the next caller hears it.")
                if heard
                else _("The flow is back as a draft. Callers hear it once you publish."),
                "success",
            )
        return _to_history(number_id)

    @expose(f"/plans/<{ROW_ID}:plan_id>/cancel", methods=["POST"])
    @needs(Right.PUBLISH_FLOWS)
    def cancel_plan(self, number_id: int, plan_id: int) -> Response:
        return _done(
            number_id,
            lambda: publication_plans.cancel_plan(number_id, plan_id),
            _("The planned publication was cancelled."),
        )

    @expose(f"/plans/<{ROW_ID}:plan_id>/end", methods=["POST"])
    @needs(Right.PUBLISH_FLOWS)
    def end_plan(self, number_id: int, plan_id: int) -> Response:
        return _done(
            number_id,
            lambda: publication_plans.end_plan_now(number_id, plan_id, user_id=current_user.id),
            _("The planned publication was ended."),
        )

    def _again(self, number: IncomingNumber, form: PublishForm) -> tuple[str, int]:
        """The dialog as a page of its own, with what is wrong with it."""
        flow = flow_table.live_flow(number.id)
        if flow is None:
            abort(404)
        live = flow.published_version
        page = self.render_template(
            "flow_publish.html",
            title=_("Publish"),
            number=number,
            flow=flow,
            published=live,
            changes=changes(live.flow_content if live else None, flow.draft_content),
            **publication_context(flow) | {"publish_form": form},
        )
        return page, 422


def _number(number_id: int) -> IncomingNumber:
    number = incoming_number.by_id(number_id)
    if number is None:
        abort(404)
    return number


def _done(number_id: int, act: Callable[[], object], words: str) -> Response:
    """Do it and say so, or why not; then the history."""
    _number(number_id)
    try:
        act()
    except ContentRefused as refused:
        _flash_problems(refused)
    except Refusal as refusal:
        flash(words_for(refusal), "danger")
    else:
        flash(words, "success")
    return _to_history(number_id)


def _to_history(number_id: int) -> Response:
    return redirect(url_for("FlowHistoryView.show", number_id=number_id))


def _flash_problems(refused: ContentRefused) -> None:
    for part, refusal in refused.problems.items():
        flash(problem_words(part, refusal), "danger")


def _published(period: Period | None) -> str:
    if period is None:
        return _("The flow is published: the next caller hears it.")
    return _(
        "Planned: the flow is published at %(time)s (Japan time).",
        time=screen_time(period.starts_at),
    )


def _why_not_published(refusal: Refusal) -> str:
    missing: Any = refusal.details.get("missing", ())
    match refusal.code:
        case "draft_conflict":
            return _(
                "Not published: the draft was saved again meanwhile. Look at it and publish again."
            )
        case "draft_incomplete":
            parts = _(", ").join(map(flow_labels.part_name, missing))
            return _("Not published: %(parts)s must be set first.", parts=parts)
        case "trial_calls_failed":
            failed: Any = refusal.details["failed"]
            return _(
                "Not published: saved trial calls go differently now: %(names)s. "
                "Open the trial call to see what differs.",
                names=" / ".join(trial_words.failures_in_words(failed)),
            )
        case _:
            return _("Not published: this flow is not there any more.")
