"""Two texts compared word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.word_differences import Piece, compare


def marked(pieces: list[Piece]) -> str:
    return "".join(f"[{piece.text}]" if piece.changed else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("old", "new", "old_marked", "new_marked"),
    [
        (
            "営業時間は10時から18時までです。",
            "営業時間は10時から20時までです。",
            "営業時間は10時から[18]時までです。",
            "営業時間は10時から[20]時までです。",
        ),
        (
            "ご予約は平日にお願いします。",
            "ご予約は平日の午前にお願いします。",
            "ご予約は平日にお願いします。",
            "ご予約は平日[の午前]にお願いします。",
        ),
        (
            "資料は https://a.example/x です",
            "資料は https://a.example/y です",
            "資料は [https://a.example/x] です",
            "資料は [https://a.example/y] です",
        ),
        (
            "See our shop today",
            "See our new shop today",
            "See our shop today",
            "See our [new ]shop today",
        ),
        ("はじめまして。", "番号をどうぞ。", "[はじめまして。]", "[番号をどうぞ。]"),
        ("", "新しい", "", "[新しい]"),
        ("消える", "", "[消える]", ""),
        ("同じ", "同じ", "同じ", "同じ"),
    ],
)
def test_what_differs_is_marked(old: str, new: str, old_marked: str, new_marked: str) -> None:
    before, after = compare(old, new)
    assert (marked(before), marked(after)) == (old_marked, new_marked)


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_pieces_are_the_texts(old: str, new: str) -> None:
    before, after = compare(old, new)
    assert "".join(piece.text for piece in before) == old
    assert "".join(piece.text for piece in after) == new
    kept_before = [piece.text for piece in before if not piece.changed]
    kept_after = [piece.text for piece in after if not piece.changed]
    assert "".join(kept_before) == "".join(kept_after)
    assert any(piece.changed for piece in [*before, *after]) == (old != new)
