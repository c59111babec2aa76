"""フロー編集: write, save and publish what callers of a number hear and receive."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.domain import sms_text, sms_text_warnings
from app.domain.flow_content import ContentRefused
from app.domain.refusals import Refusal
from app.domain.roles import Right
from app.models import flow as flow_table
from app.models import incoming_number, sender_number
from app.models.database import session
from app.models.flow import Flow
from app.models.incoming_number import IncomingNumber
from app.models.user import User
from app.portal import flow_labels
from app.portal.flow_drawing import changes, drawing_context, preview, short_url_example
from app.portal.forms.flow_editor import FlowForm
from app.portal.publication_words import publication_context
from app.portal.view_bases import ROW_ID, AccountView, needs
from app.services import flows


class FlowEditorView(AccountView):
    route_base = f"/numbers/<{ROW_ID}:number_id>/flow"

    @expose("/edit", methods=["GET"])
    @needs(Right.EDIT_FLOWS)
    def edit(self, number_id: int) -> str | Response:
        number = _number(number_id)
        flow = flow_table.live_flow(number_id)
        if flow is None:
            return redirect(url_for("IncomingNumberView.list"))
        senders = sender_number.digits_of_account()
        form = FlowForm.showing(flow.draft_content, flow.draft_revision, senders)
        return self._page(number, flow, form)

    @expose("/edit", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def save(self, number_id: int) -> str | Response | tuple[str, int]:
        number = _number(number_id)
        form = FlowForm(sender_number.digits_of_account(), request.form)
        try:
            flows.save_draft(
                number_id, form.content(), revision=form.given_revision(), user_id=current_user.id
            )
        except ContentRefused as refused:
            form.add_problems(refused.problems)
            return self._page(number, flow_table.live_flow(number_id), form, unsaved=True), 422
        except Refusal as refusal:
            flow = flow_table.live_flow(number_id)
            if flow and refusal.code == "draft_conflict":
                return self._conflict(number, flow, form), 409
            return self._page(number, flow, form, unsaved=True), 409
        flash(_("The draft is saved."), "success")
        to_trial = request.form.get("then") == "trial"
        next_page = "TrialCallView.show" if to_trial else "FlowEditorView.edit"
        return redirect(url_for(next_page, number_id=number_id))

    def _conflict(self, number: IncomingNumber, flow: Flow, form: FlowForm) -> str:
        """His text in the form, the saved one beside it; saving again replaces the saved one."""
        form.revision.data = str(flow.draft_revision)
        saved = form.differing(flow.draft_content)
        return self._page(number, flow, form, saved=saved, unsaved=True)

    def _page(
        self,
        number: IncomingNumber,
        flow: Flow | None,
        form: FlowForm,
        *,
        saved: dict[str, object] | None = None,
        unsaved: bool = False,
    ) -> str:
        published = flow.published_version if flow else None
        return self.render_template(
            "flow_editor.html",
            title=_("Edit flow"),
            number=number,
            flow=flow,
            form=form,
            saved=saved,
            unsaved=unsaved,
            saved_by=_name_of_saver(flow),
            missing=flow.draft_content.missing() if flow else (),
            published=published,
            changes=changes(published.flow_content if published else None, flow.draft_content)
            if flow
            else [],
            field_name=_field_name,
            form_preview=preview(form.body.data, form.short_urls.data),
            **_counted(form),
            short_url_example=short_url_example(),
            **publication_context(flow),
            **drawing_context(),
        )


def _counted(form: FlowForm) -> dict[str, Any]:
    """What the page says of the SMS in the form, and what the form lacks for publishing."""
    text = sms_text.counted_text(form.body.data, form.short_urls.data)
    return {
        "form_units": sms_text.utf16_units(text),
        "form_parts": sms_text.parts_by_carrier(text),
        "form_warnings": dict(sms_text_warnings.warnings(text)),
        "form_missing": form.missing(),
    }


def _number(number_id: int) -> IncomingNumber:
    number = incoming_number.by_id(number_id)
    if number is None:
        abort(404)
    return number


def _field_name(name: str) -> str:
    """What the page calls a field of the form."""
    part = name.removeprefix("guidance_").removesuffix("_file")
    if part in flow_labels.MARKS:
        return flow_labels.part_name(part)
    return {"sender": _("Sender number"), "body": _("SMS text")}.get(name, _("Short URLs"))


def _name_of_saver(flow: Flow | None) -> str:
    saver = session.get(User, flow.draft_saved_by_id) if flow and flow.draft_saved_by_id else None
    return saver.name if saver else ""
