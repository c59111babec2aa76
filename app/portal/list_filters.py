"""How the search fields of generated lists narrow them, as Flask-AppBuilder filters."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask_appbuilder.models.filters import BaseFilter
from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Query

from app.domain import phone_numbers
from app.models.account import Account
from app.models.company import Company


class Contains(BaseFilter):
    """The column contains the text, in any case; % and _ are ordinary letters."""

    def apply(self, query: Query[Any], value: str) -> Query[Any]:
        column = getattr(self.model, self.column_name)
        return query.filter(column.icontains(value, autoescape=True))


class Is(BaseFilter):
    """The column has this value."""

    def apply(self, query: Query[Any], value: object) -> Query[Any]:
        return query.filter(getattr(self.model, self.column_name) == value)


def named(text: str) -> ColumnElement[bool]:
    """Accounts that have the text in their own or their company's name."""
    return or_(
        Account.name.icontains(text, autoescape=True),
        Account.company.has(Company.name.icontains(text, autoescape=True)),
    )


class OfAccount(BaseFilter):
    """The row's account or its company has the text in its name."""

    def apply(self, query: Query[Any], value: str) -> Query[Any]:
        return query.filter(self.model.account.has(named(value)))


class OfCompany(BaseFilter):
    """The row's company has the text in its name."""

    def apply(self, query: Query[Any], value: str) -> Query[Any]:
        return query.filter(self.model.company.has(Company.name.icontains(value, autoescape=True)))


class PartOfNumber(BaseFilter):
    """The E.164 column contains these digits, however they are grouped (050-3000, ０５０３)."""

    def apply(self, query: Query[Any], value: str) -> Query[Any]:
        digits = _digits(value)
        wanted = phone_numbers.parse(value) or (f"+81{digits[1:]}" if digits[:1] == "0" else digits)
        return _containing(query, self, wanted or value)


class PartOfDigits(BaseFilter):
    """The same for a column of national digits."""

    def apply(self, query: Query[Any], value: str) -> Query[Any]:
        return _containing(query, self, _digits(value) or value)


def _digits(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isdecimal())


def _containing(query: Query[Any], asked: BaseFilter, text: str) -> Query[Any]:
    return query.filter(getattr(asked.model, asked.column_name).contains(text, autoescape=True))
