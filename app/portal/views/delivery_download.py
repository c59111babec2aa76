"""配信ログ as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import expose
from werkzeug.wrappers import Response as BaseResponse
from werkzeug.wsgi import FileWrapper

from app.domain.refusals import Refusal
from app.domain.roles import Right
from app.models.database import session
from app.models.delivery_log import Search
from app.portal import download_slots, log_addresses
from app.portal.active_membership import active_membership
from app.portal.forms.delivery_log import DeliverySearchForm
from app.portal.refusal_words import words_for
from app.portal.view_bases import AccountView, needs
from app.services import audit
from app.services.delivery_export import csv_chunks, shift_jis_chunks, xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENCODING = "encoding"
STARTED = "download"
"""The argument by which the page's script recognises its download, and the cookie that tells it so
(`download.js`)."""
_TOKEN = re.compile(r"[0-9a-f]{1,32}")


class DeliveryDownloadView(AccountView):
    """A file that breaks in the middle must not look like a whole one: its length is unknown, so it
    comes in chunks of HTTP/1.1, and without the last one a browser calls the download failed."""

    route_base = "/deliveries"

    @expose("/download.csv")
    @needs(Right.SEE_DELIVERIES)
    def csv(self) -> BaseResponse:
        return _download("csv", _csv)

    @expose("/download.xlsx")
    @needs(Right.SEE_DELIVERIES)
    def xlsx(self) -> BaseResponse:
        return _download("xlsx", _xlsx)


def _csv(account_id: int, search: Search) -> Response:
    if request.args.get(ENCODING) == "shift_jis":
        chunks = shift_jis_chunks(account_id, search)
        return Response(chunks, content_type="text/csv; charset=Shift_JIS")
    return Response(csv_chunks(account_id, search), mimetype="text/csv")


def _xlsx(account_id: int, search: Search) -> Response:
    session.remove()  # the request's connection is not needed as long as it takes
    file = xlsx(account_id, search)
    response = Response(FileWrapper(file), mimetype=XLSX, direct_passthrough=True)
    response.content_length = file.seek(0, 2)
    file.seek(0)
    return response


def _download(extension: str, make: Callable[[int, Search], Response]) -> BaseResponse:
    form = DeliverySearchForm(request.args)
    membership = active_membership()
    if not form.validate() or membership is None:
        return _back()
    try:
        give_back = download_slots.take(membership.account_id)
    except Refusal as refusal:
        return _back(refusal)
    ascii_name, full_name = _file_names(membership.account_name, form, extension)
    try:
        response = make(membership.account_id, form.search())
        audit.record("deliveries.download", full_name, after=form.narrowings() or None)
    except Refusal as refusal:
        give_back()
        return _back(refusal)
    except BaseException:
        give_back()
        raise
    response.call_on_close(give_back)
    response.headers["Content-Disposition"] = log_addresses.attachment(ascii_name, full_name)
    _tell_page(response)
    return response


def _back(refusal: Refusal | None = None) -> BaseResponse:
    """To the screen, which says what is wrong."""
    if refusal:
        flash(words_for(refusal), "warning")
    search = {name: text for name, text in request.args.items() if name not in (STARTED, ENCODING)}
    return redirect(f"{url_for('DeliveryLogView.search')}?{urlencode(search)}")


def _file_names(account_name: str, form: DeliverySearchForm, extension: str) -> tuple[str, str]:
    """In ASCII, and in full."""
    days = f"{form.since.data:%Y%m%d}_{form.until.data:%Y%m%d}"
    return f"deliveries_{days}.{extension}", f"配信ログ_{account_name}_{days}.{extension}"


def _tell_page(response: Response) -> None:
    token = request.args.get(STARTED, "")
    if _TOKEN.fullmatch(token):
        response.set_cookie(STARTED, token, max_age=60, path="/deliveries", samesite="Strict")
