"""アクセス可能グローバルIPアドレス: a company with a list is used from those addresses only."""

from __future__ import annotations

from flask import Response, jsonify, make_response, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.ip_ranges import lets_in
from app.models import company_ip_range
from app.portal.client_address import client_address
from app.portal.safe_paths import wants_json
from app.services.account_entry import note_refusal


def let_in(company_id: int) -> bool:
    """Whether the company's accounts may be used from where this request comes."""
    return lets_in(company_ip_range.of_company(company_id), client_address())


def refuse(account_id: int, company_name: str) -> Response:
    """The page that says so, with the address seen and the ways out: 403. The company's admins see
    it in their audit trail."""
    note_refusal(current_user, account_id, address=client_address())
    address = client_address() or _("unknown")
    title = _("This account cannot be used from here")
    if wants_json():
        message = _(
            "%(company)s does not allow the IP address %(address)s.",
            company=company_name,
            address=address,
        )
        choose = url_for("AccountSelectionView.choose")
        return make_response(jsonify(error="address_refused", message=message, go_to=choose), 403)
    page = render_template(
        "errors/address_refused.html", title=title, company_name=company_name, address=address
    )
    return make_response(page, 403)
