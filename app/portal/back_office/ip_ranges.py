"""IP アドレス制限: from where a company's accounts may be used, for our own staff."""

from __future__ import annotations

from typing import ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from app.models.company_ip_range import CompanyIpRange
from app.portal.back_office.fields import company_field, text_field
from app.portal.editable_view import EditableBackOfficeView
from app.portal.list_filters import OfCompany
from app.services.back_office_ip_ranges import create_ip_range, delete_ip_range, update_ip_range

HINT = _("An address such as 203.0.113.7, or a range such as 203.0.113.0/24 or 2001:db8::/48.")


class IpRangeEditForm(FlaskForm):
    cidr = text_field(_("IP address or range"), 64, hint=HINT)


class IpRangeForm(IpRangeEditForm):
    company_id = company_field()


class IpRangeView(EditableBackOfficeView):
    route_base = "/back-office/ip-ranges"
    datamodel = SQLAInterface(CompanyIpRange)
    list_title = _("IP address restrictions")
    show_title = _("IP address restriction")
    add_title = _("Add an IP address")
    list_columns = ("cidr", "company.name")
    show_columns = ("cidr", "company.name")
    search_columns = ("company", "cidr")
    search_filters: ClassVar = {"company": OfCompany}
    order_columns = ("cidr",)
    base_order = ("cidr", "asc")
    label_columns: ClassVar = {
        "cidr": _("IP address or range"),
        "company": _("Company"),
        "company.name": _("Company"),
    }
    form = IpRangeForm
    edit_form = IpRangeEditForm
    create_service = create_ip_range
    update_service = update_ip_range
    delete_service = delete_ip_range
    delete_warning = _(
        "Nobody gets in from there any more, at the next click too."
        " Without any address left, the company may be used from everywhere."
    )
