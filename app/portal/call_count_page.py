"""What the screen of the call counts shows of a search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _

from app.domain.call_outcomes import SUMMED, CallSums
from app.domain.delivery_columns import screen_time
from app.models import flow_version
from app.models.call_counts import FoundCalls
from app.models.incoming_number import IncomingNumber
from app.portal.charts import Column, ColumnChart, column_chart
from app.portal.forms.call_counts import CallCountsForm
from app.portal.forms.day_range import shown_day

Named = Sequence[tuple[str, CallSums]]


@dataclass(frozen=True)
class CountsPage:
    """`by_version` is empty unless one number was chosen."""

    by_number: Sequence[tuple[IncomingNumber, int]]
    total: CallSums
    by_day: Named
    by_version: Named
    days_chart: ColumnChart
    hours_chart: ColumnChart
    query: Mapping[str, str]

    @property
    def day_rows(self) -> Iterator[tuple[str, list[str]]]:
        """Each day with its figures: calls, how they ended, what became of their SMS. Written here
        and not in the template, where so many take a tenth of a second."""
        for label, sums in self.by_day:
            yield label, [f"{getattr(sums, name):,}" for name in SUMMED]

    @property
    def hour_rows(self) -> Iterator[tuple[str, list[str]]]:
        for column in self.hours_chart.columns:
            yield column.label, [f"{column.value:,}"]

    @property
    def busiest_day(self) -> tuple[str, int]:
        label, sums = max(self.by_day, key=lambda day: day[1].calls)
        return label, sums.calls

    @property
    def busiest_hour(self) -> tuple[str, int]:
        column = max(self.hours_chart.columns, key=lambda column: column.value)
        return column.label, column.value

    @property
    def calls_a_day(self) -> str:
        return f"{self.total.calls / len(self.by_day):,.1f}"


def counts_page(form: CallCountsForm, found: FoundCalls) -> CountsPage:
    """Of a valid form."""
    days, hours = found.by_day_and_hour()
    labels = _day_labels(form.days)
    by_day = [
        (label, days.get(day, CallSums())) for day, label in zip(form.days, labels, strict=True)
    ]
    total = sum(days.values(), CallSums())
    return CountsPage(
        by_number=_by_number(form, found, total),
        total=total,
        by_day=by_day,
        by_version=_by_version(found) if form.number_id is not None else [],
        days_chart=column_chart(
            [
                Column(label, f"{day.month}/{day.day}", sums.calls)
                for day, (label, sums) in zip(form.days, by_day, strict=True)
            ]
        ),
        hours_chart=column_chart(
            [
                Column(label, str(hour), calls)
                for hour, (label, calls) in enumerate(zip(_hour_labels(), hours, strict=True))
            ]
        ),
        query=form.query(),
    )


def _by_number(
    form: CallCountsForm, found: FoundCalls, total: CallSums
) -> Sequence[tuple[IncomingNumber, int]]:
    """Those with no calls too."""
    if form.number_id is not None:
        return [(number, total.calls) for number in form.chosen]
    calls = found.calls_by_number()
    return [(number, calls.get(number.id, 0)) for number in form.chosen]


def _by_version(found: FoundCalls) -> Named:
    """Newest first; calls that met no published flow last."""
    sums = found.by("flow_version_id")
    versions = {version.id: version for version in flow_version.by_ids(sums)}
    return [
        (_version_label(versions.get(version_id)), sums[version_id])
        for version_id in sorted(sums, reverse=True)
    ]


def _version_label(version: flow_version.FlowVersion | None) -> str:
    if version is None:
        return _("Flow not published")
    return _(
        "Version %(number)s (published %(time)s)",
        number=version.number,
        time=screen_time(version.published_at),
    )


def _day_labels(days: Sequence[date]) -> Sequence[str]:
    """The words are looked up once: for each day anew they would take longer than the database."""
    label = _("%(day)s (%(weekday)s)")
    weekdays = {day.weekday(): format_date(day, "EEE") for day in days[:7]}
    return [label % {"day": shown_day(day), "weekday": weekdays[day.weekday()]} for day in days]


def _hour_labels() -> Sequence[str]:
    label = _("%(hour)s:00 to %(hour)s:59")
    return [label % {"hour": hour} for hour in range(24)]
