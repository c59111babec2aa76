"""▶ of what is published: the guidances of a version, the very bytes that callers hear."""

from __future__ import annotations

from flask import Response, abort, current_app, request
from flask_appbuilder import expose
from werkzeug.wrappers import Response as WerkzeugResponse

from app.domain.roles import Right
from app.models import flow as flow_table
from app.models import flow_version, guidance_audio
from app.portal.view_bases import ROW_ID, AccountView, needs
from app.services.guidance_rendering import render_said


class VersionAudioView(AccountView):
    route_base = f"/numbers/<{ROW_ID}:number_id>/flow/versions"

    @expose(f"/<{ROW_ID}:version_number>/guidances/<slot>.wav")
    @needs(Right.EDIT_FLOWS)
    def wav(self, number_id: int, version_number: int, slot: str) -> WerkzeugResponse:
        flow = flow_table.live_flow(number_id)
        version = flow_version.by_number(flow.id, version_number) if flow else None
        if version is None:
            abort(404)
        audio_hash = version.audio.get(slot)
        if slot in version.spoken:  # Plivo's voice says it; ours is the nearest there is
            audio_hash = render_said(version.spoken[slot], current_app.extensions["todoku_speech"])
        wav = guidance_audio.wav_of(audio_hash) if audio_hash else None
        if wav is None:
            abort(404)
        response = Response(
            wav, mimetype="audio/wav", headers={"Cache-Control": "private, no-cache"}
        )
        response.set_etag(str(audio_hash))
        return response.make_conditional(request, accept_ranges=True, complete_length=len(wav))
