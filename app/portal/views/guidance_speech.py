"""▶: a text as callers would hear it."""

from __future__ import annotations

from flask import Response, current_app, jsonify, request
from flask_appbuilder import expose

from app.domain.refusals import Refusal
from app.domain.roles import Right
from app.models import guidance_audio
from app.portal.forms.flow_editor import plain_text
from app.portal.refusal_words import words_for
from app.portal.view_bases import AccountView, needs
from app.services.guidance_rendering import render_text


class GuidanceSpeechView(AccountView):
    route_base = "/guidances"

    @expose("/speech", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def render(self) -> Response | tuple[Response, int]:
        """The WAV of the posted `text`; why it cannot be heard as JSON `{error, message}`."""
        text = plain_text(request.form.get("text"))
        try:
            audio_hash = render_text(text, current_app.extensions["todoku_speech"])
        except Refusal as refusal:
            return jsonify(error=refusal.code, message=words_for(refusal)), 422
        return Response(guidance_audio.wav_of(audio_hash), mimetype="audio/wav")
