"""Which audio files something still needs: a draft, or a version that was or may be published."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.models.database import session
from app.models.flow import Flow
from app.models.flow_version import FlowVersion

BATCH = 500


def used_files() -> set[uuid.UUID]:
    """The ids of the files in every draft and every version of the accounts in scope; flows that
    were deleted may come back."""
    return {
        uuid.UUID(guidance["file"]["id"])
        for content in _contents()
        for guidance in content["guidances"].values()
        if "file" in guidance
    }


def _contents() -> Iterator[dict[str, Any]]:
    for column in (Flow.draft, FlowVersion.content):
        yield from session.scalars(select(column).execution_options(yield_per=BATCH))
