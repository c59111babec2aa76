"""音声ファイル: what the editor's scripts upload, have converted and play."""

from __future__ import annotations

import io
import uuid
from urllib.parse import unquote

from flask import Response, abort, current_app, jsonify, request, send_file, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.refusals import Refusal
from app.domain.roles import Right
from app.models import audio_file, guidance_audio
from app.models.audio_file import AudioFile
from app.portal.active_membership import active_membership
from app.portal.log_addresses import attachment
from app.portal.refusal_words import words_for
from app.portal.view_bases import AccountView, needs
from app.services import audio_files
from app.services.audio_files import Body

Answer = tuple[Response, int]
NAME_HEADER = "X-File-Name"
TOO_LARGE = "audio_too_large"


class AudioFileView(AccountView):
    """A file is sent as the body, its name percent-encoded in X-File-Name; or as the field "file"
    of a form."""

    route_base = "/audio-files"

    @expose("/", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def upload(self) -> Answer:
        name, body = _sent()
        membership = active_membership()
        assert membership is not None, "the session guard has seen to it"
        try:
            file_id = audio_files.store_upload(
                _plain(name) or _("Audio file"),
                body,
                account_id=membership.account_id,
                user_id=current_user.id,
            )
        except Refusal as refusal:
            return _refused(refusal, 413 if refusal.code == TOO_LARGE else 422)
        return jsonify(_described(_file(file_id))), 201

    @expose("/<uuid:audio_file_id>", methods=["GET"])
    @needs(Right.EDIT_FLOWS)
    def show(self, audio_file_id: uuid.UUID) -> Response:
        return jsonify(_described(_file(audio_file_id)))

    @expose("/<uuid:audio_file_id>/conversion", methods=["POST"])
    @needs(Right.EDIT_FLOWS)
    def convert(self, audio_file_id: uuid.UUID) -> Answer:
        _file(audio_file_id)
        try:
            audio_files.request_conversion(
                audio_file_id, current_app.extensions["todoku_convert_audio"]
            )
        except Refusal as refusal:
            return _refused(refusal, 409)
        return jsonify(_described(_file(audio_file_id))), 202

    @expose("/<uuid:audio_file_id>/telephone.wav", methods=["GET"])
    @needs(Right.EDIT_FLOWS)
    def telephone(self, audio_file_id: uuid.UUID) -> Response:
        """What callers hear, byte for byte."""
        audio_hash = _file(audio_file_id).audio_hash
        if audio_hash is None:
            abort(404)
        wav = guidance_audio.wav_of(audio_hash)
        assert wav is not None, "what a file's hash names is stored with it"
        return send_file(io.BytesIO(wav), mimetype="audio/wav", conditional=True, etag=audio_hash)

    @expose("/<uuid:audio_file_id>/original", methods=["GET"])
    @needs(Right.EDIT_FLOWS)
    def original(self, audio_file_id: uuid.UUID) -> Response:
        """The file as it was uploaded."""
        file = _file(audio_file_id)
        response = Response(audio_files.original(file.id), mimetype="application/octet-stream")
        response.content_length = file.size_bytes
        response.headers["Content-Disposition"] = attachment("audio", file.name)
        return response


def _sent() -> tuple[str, Body]:
    """The name and the bytes, which are read as they come."""
    file = request.files.get("file")
    if file is not None:
        return file.filename or "", file.stream
    return unquote(request.headers.get(NAME_HEADER, "")), request.stream


def _plain(name: str) -> str:
    """Without the folders that some browsers send, and what nobody can read."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip()


def _file(audio_file_id: uuid.UUID) -> AudioFile:
    file = audio_file.by_id(audio_file_id)
    if file is None:
        abort(404)
    return file


def _described(file: AudioFile) -> dict[str, object]:
    return {
        "id": str(file.id),
        "name": file.name,
        "state": file.state.value,
        "progress": file.progress_percent,
        "problems": [words_for(problem) for problem in audio_files.problems_of(file)],
        "duration_ms": file.duration_ms,
        "audio_url": url_for("AudioFileView.telephone", audio_file_id=file.id)
        if file.audio_hash
        else None,
        "original_url": url_for("AudioFileView.original", audio_file_id=file.id),
    }


def _refused(refusal: Refusal, status: int) -> Answer:
    return jsonify(error=refusal.code, message=words_for(refusal)), status
