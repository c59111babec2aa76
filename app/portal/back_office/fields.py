"""Form fields of the generated screens."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from wtforms import Field, SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.domain.one_line import one_line
from app.models.account import Account
from app.models.company import Company
from app.models.database import session


def given(form: Any, field: Field) -> None:
    """A validator: required. The sentence names the field, for the summary above the form."""
    InputRequired(gettext("%(label)s: this is required.", label=field.label.text))(form, field)


given.field_flags = {"required": True}  # type: ignore[attr-defined]


def text_field(
    label: Any, longest: int, *, is_required: bool = True, hint: Any = ""
) -> StringField:
    """A line of text, at most `longest` characters, without signs that no database takes."""
    validators = [Length(max=longest, message=_("At most %(max)d characters."))]
    if is_required:
        validators.insert(0, given)
    return StringField(
        label,
        validators=validators,
        filters=[lambda text: text and one_line(text)],
        description=hint,
        render_kw={"maxlength": longest},
    )


def company_field() -> SelectField:
    """One of the companies."""
    return _choice(_("Company"), _companies)


def account_field() -> SelectField:
    """One of the accounts, with its company's name before it."""
    return _choice(_("Account"), _accounts)


def _choice(label: Any, choices: Any) -> SelectField:
    return SelectField(label, choices=choices, coerce=_row_id, validators=[given])


def _row_id(text: object) -> int | str:
    """ "" is what the list begins with: nothing chosen yet. Raises ValueError for nonsense."""
    return "" if text in ("", None) else int(str(text))


def _companies() -> list[tuple[int | str, Any]]:
    rows = session.execute(select(Company.id, Company.name).order_by(Company.name))
    return [("", _("Choose one.")), *((row.id, row.name) for row in rows)]


def _accounts() -> list[tuple[int | str, Any]]:
    rows = session.execute(
        select(Account.id, Account.name, Company.name)
        .join(Account.company)
        .order_by(Company.name, Account.name)
    )
    return [
        ("", _("Choose one.")),
        *((row_id, f"{company} — {name}") for row_id, name, company in rows),
    ]
