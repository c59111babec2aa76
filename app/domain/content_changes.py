"""What differs between two contents of a flow, part by part, for the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def changed_parts(
    before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts that differ, as they were and as they are; both are `FlowContent.to_json()`.

    Parts are named as `ContentRefused` names them: the slot's number, "sender", "body",
    "short_urls". A part that was not there, or is no longer, is None.
    """
    old, new = _parts(before) if before else {}, _parts(after)
    changed = [part for part in sorted({*old, *new}) if old.get(part) != new.get(part)]
    return {part: old.get(part) for part in changed}, {part: new.get(part) for part in changed}


def _parts(document: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        slot: guidance["file"]["name"] if "file" in guidance else guidance["text"]
        for slot, guidance in document["guidances"].items()
    }
    return said | (document["sms"] or {})
