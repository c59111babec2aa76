"""着信件数: how many calls reached each number."""

from __future__ import annotations

from flask import request
from flask_appbuilder import expose
from flask_babel import gettext as _

from app.domain import phone_numbers
from app.domain.roles import Right
from app.models import call_counts, incoming_number
from app.portal.forms.call_counts import CallCountsForm
from app.portal.forms.day_range import shown_day
from app.portal.view_bases import AccountView, needs


class CallCountsView(AccountView):
    route_base = "/calls"

    @expose("/")
    @needs(Right.SEE_DELIVERIES)
    def search(self) -> str:
        numbers = incoming_number.of_account()
        form = CallCountsForm(numbers, request.args)
        counted = None
        if form.validate():
            chosen = [number for number in numbers if form.number_id in (None, number.id)]
            counts = call_counts.by_number(*form.span(), form.number_id)
            counted = [(number, counts.get(number.id, 0)) for number in chosen]
        return self.render_template(
            "call_counts.html",
            title=_("Call counts"),
            form=form,
            counted=counted,
            total=sum(count for _number, count in counted or ()),
            display=phone_numbers.display,
            shown_day=shown_day,
        )
