"""What an entry of the audit trail says changed, in words that a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class Change(NamedTuple):
    """One field as it was and as it is; empty where it was not there."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class AuditWords:
    """The words of one language, by our keys; a key without a word is shown as it is.

    `values` has them by field: what people typed into another field is never taken for a key.
    """

    actions: Mapping[str, str]
    fields: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    yes: str
    no: str

    def action(self, action: str) -> str:
        return self.actions.get(action, action)

    def changes(
        self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> list[Change]:
        """The fields of both, those with a word first, in the order of the words: PostgreSQL keeps
        no order."""
        old, new = before or {}, after or {}
        return [
            Change(
                self.fields.get(key, key),
                self._shown(key, old.get(key)),
                self._shown(key, new.get(key)),
            )
            for key in self._ordered({**old, **new})
        ]

    def _shown(self, field: str, value: Any) -> str:
        match value:
            case None:
                return ""
            case bool():
                return self.yes if value else self.no
            case str():
                return self.values.get(field, {}).get(value, value)
            case list():
                return "\n".join(self._shown(field, one) for one in value)
            case dict():
                return ", ".join(
                    f"{self.fields.get(key, key)}: {self._shown(key, inner)}"
                    for key, inner in self._ordered(value).items()
                )
            case _:
                return str(value)

    def _ordered(self, values: Mapping[str, Any]) -> dict[str, Any]:
        known = [key for key in self.fields if key in values]
        return {key: values[key] for key in [*known, *sorted(set(values) - set(known))]}
