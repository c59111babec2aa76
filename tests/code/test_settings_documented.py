"""docs/settings.md explains every setting, and nothing that is none."""

import re
from pathlib import Path

from config import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs/settings.md"
DOCUMENTED = re.findall(
    r"^\| `([A-Z][A-Z0-9_]*)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
)


def test_every_setting_is_documented_once() -> None:
    settings = sorted(name.upper() for name in Settings.model_fields)
    assert sorted(DOCUMENTED) == settings
