"""The form of a company's user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext
from wtforms import EmailField, Field, Form, RadioField, StringField, ValidationError
from wtforms.validators import InputRequired

from app.domain import user_rules
from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models.account import Account
from app.models.membership import Membership
from app.models.user import User
from app.portal.refusal_words import words_for
from app.portal.roles import ROLE_NAMES

FIELD_OF_REFUSAL = {
    "mail_address_wrong": "mail_address",
    "mail_address_in_company": "mail_address",
    "mail_address_deleted": "mail_address",
    "mail_address_unavailable": "mail_address",
    "name_missing": "name",
    "name_too_long": "name",
    "roles_missing": "roles",
    "account_unknown": "roles",
    "account_twice": "roles",
    "role_not_given": "roles",
}


class RolesField(Field):
    """Rows of account and role, each two selects with the same names; a row without an account is
    no role."""

    data: list[tuple[str, str]]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """`process` reads both lists."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.data = list(data) if isinstance(data, list) else []
        if formdata:
            self.data = list(
                zip(formdata.getlist("account"), formdata.getlist("role"), strict=False)
            )


class CompanyUserForm(Form):
    mail_address = EmailField(
        lazy_gettext("Mail address"),
        [InputRequired(lazy_gettext("Enter the mail address."))],
        render_kw={"maxlength": user_rules.LONGEST_ADDRESS, "autocomplete": "off"},
    )
    name = StringField(
        lazy_gettext("User name"),
        [InputRequired(lazy_gettext("Enter the user name."))],
        render_kw={"maxlength": user_rules.LONGEST_NAME, "autocomplete": "off"},
    )
    roles = RolesField(lazy_gettext("Roles"))
    status = RadioField(
        lazy_gettext("Status"),
        choices=[("active", lazy_gettext("Active")), ("suspended", lazy_gettext("Suspended"))],
        default="active",
    )

    def __init__(self, accounts: Sequence[Account], given: Any = None, **data: Any) -> None:
        super().__init__(given, **data)
        self.account_choices = [(str(account.id), account.name) for account in accounts]
        self.role_choices = [
            (role.value, ROLE_NAMES[role]) for role in user_rules.GIVEN_BY_COMPANIES
        ]

    @classmethod
    def showing(
        cls,
        user: User,
        roles: Iterable[Membership],
        accounts: Sequence[Account],
        given: Any = None,
    ) -> CompanyUserForm:
        return cls(
            accounts,
            given,
            mail_address=user.mail_address,
            name=user.name,
            roles=[(str(row.account_id), row.role.value) for row in roles],
            status="active" if user.is_active else "suspended",
        )

    def validate_roles(self, _field: RolesField) -> None:
        """What the service says too, said together with the other fields' problems."""
        try:
            chosen = self.chosen_roles()
            user_rules.check_roles(chosen, {account_id for account_id, _ in chosen})
        except Refusal as refusal:
            raise ValidationError(words_for(refusal)) from None

    def chosen_roles(self) -> list[tuple[int, Role]]:
        """Raises Refusal for what no form of ours offers."""
        chosen = []
        for account, role in self.roles.data:
            if not account:
                continue
            if not (account.isascii() and account.isdigit() and len(account) < 10):
                raise Refusal("account_unknown")
            if role not in list(Role):
                raise Refusal("roles_missing")
            chosen.append((int(account), Role(role)))
        return chosen

    def in_words(self) -> list[tuple[str, str]]:
        """Each field's label and what is in it."""
        accounts, roles = dict(self.account_choices), dict(self.role_choices)
        held = [f"{accounts.get(account)}: {roles.get(role)}" for account, role in self.roles.data]
        status = dict(self.status.choices)[self.status.data]
        return [
            (self.mail_address.label.text, self.mail_address.data),
            (self.name.label.text, self.name.data),
            (self.roles.label.text, " / ".join(held)),
            (self.status.label.text, str(status)),
        ]

    def add_row(self) -> None:
        self.roles.data = [*self.roles.data, ("", "")]

    def say(self, refusal: Refusal) -> None:
        """Put the refusal beside its field, or above the form where it is about no field."""
        name = FIELD_OF_REFUSAL.get(refusal.code)
        if name is None:
            self.form_errors.append(words_for(refusal))
        else:
            field = self[name]
            field.errors = [*field.errors, words_for(refusal)]
