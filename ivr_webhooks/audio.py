"""/ivr/audio/<hash>.wav: what callers hear. The name is the content's hash, so it may be kept for
ever."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as WerkzeugResponse

from app.models import guidance_audio

HASH = re.compile(r"[0-9a-f]{64}")
FOR_EVER = "public, max-age=31536000, immutable"

pages = Blueprint("audio", __name__, url_prefix="/ivr")


@pages.get("/audio/<audio_hash>.wav")
def audio(audio_hash: str) -> WerkzeugResponse:
    wav = guidance_audio.wav_of(audio_hash) if HASH.fullmatch(audio_hash) else None
    if wav is None:
        abort(404)
    response = Response(wav, mimetype="audio/wav", headers={"Cache-Control": FOR_EVER})
    response.set_etag(audio_hash)
    return response.make_conditional(request, accept_ranges=True, complete_length=len(wav))
