import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import shift_jis
from app.domain.spreadsheets import FORMULA_SIGNS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ご案内 ABC ｱｲｳ", "ご案内 ABC ｱｲｳ"),
        ("①㈱髙﨑", "①㈱髙﨑"),
        ("😀", "〓"),
        ("𠮷野家", "〓野家"),
        ("☎\ufe0f", "〓"),
        ("10〜20", "10～20"),
        ("−1", "－1"),
        ("100¥", "100￥"),
        ("", ""),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert shift_jis.encode(text).decode("cp932") == shown


@given(st.text())
def test_it_never_fails(text: str) -> None:
    shift_jis.encode(text).decode("cp932")


def test_nothing_turns_into_a_formula() -> None:
    """Beyond U+FFFF there is nothing that Shift_JIS has."""
    for code in range(0x10000):
        shown = shift_jis.encode(chr(code)).decode("cp932")
        assert shown not in FORMULA_SIGNS or not shown or chr(code) in FORMULA_SIGNS, hex(code)
