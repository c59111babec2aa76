"""The catalogues hold every word of the portal, in Japanese and in English, and nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LOCALES = ("ja", "en")
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
MAPPINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
MEND = "run make translations"

Key = tuple[str | None, str]


def _key(context: str | None, message: Any) -> Key:
    return context, message if isinstance(message, str) else message[0]


@pytest.fixture(scope="module")
def words_in_code() -> set[Key]:
    method_map = [(mapping["pattern"], mapping["method"]) for mapping in MAPPINGS]
    return {
        _key(context, message)
        for _, _, message, _, context in extract_from_dir(ROOT, method_map, keywords=KEYWORDS)
    }


def _catalogue(locale: str) -> Catalog:
    path = ROOT / "translations" / locale / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def _messages(locale: str) -> list[Message]:
    return [message for message in _catalogue(locale) if message.id]


def _translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_the_portal_has_words(words_in_code: set[Key]) -> None:
    assert words_in_code


@pytest.mark.parametrize("locale", LOCALES)
def test_catalogue_is_fresh(locale: str, words_in_code: set[Key]) -> None:
    known = {_key(message.context, message.id) for message in _messages(locale)}
    assert words_in_code - known == set(), f"not in the {locale} catalogue: {MEND}"
    assert known - words_in_code == set(), f"no longer in the code: {MEND}"
    assert not _catalogue(locale).obsolete, MEND


@pytest.mark.parametrize("locale", LOCALES)
def test_catalogue_is_complete_and_not_fuzzy(locale: str) -> None:
    messages = _messages(locale)
    assert [m.id for m in messages if not all(_translations(m))] == [], "without a translation"
    assert [m.id for m in messages if m.fuzzy] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_placeholders_are_kept(locale: str) -> None:
    problems = [str(error) for message in _messages(locale) for error in message.check()]
    assert problems == []


def test_words_in_code_are_english(words_in_code: set[Key]) -> None:
    assert [word for _, word in words_in_code if JAPANESE.search(word)] == []
