import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.spreadsheets import FORMULA_SIGNS, SKIPPED, safe_cell


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("", ""),
        ("ご予約はこちら", "ご予約はこちら"),
        ("1+1=2", "1+1=2"),
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("\u3000＝1", "'\u3000＝1"),
        ("−1", "'−1"),  # U+2212
        ("+819012345678", "+819012345678"),
        ("+81", "'+81"),
        ("+819012345678+1", "'+819012345678+1"),
        ("+819012345678\n", "'+819012345678\n"),
    ],
)
def test_safe_cell(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


@given(st.text())
def test_no_cell_begins_as_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "-", "@", "\t", "\r", "＝"))
    assert not cell.startswith("+") or cell[1:].isdigit()


@given(st.text(alphabet=FORMULA_SIGNS + SKIPPED + "'a1"))
def test_whatever_is_skipped_no_sign_comes_first(text: str) -> None:
    first = safe_cell(text).lstrip(SKIPPED)[:1]
    assert not first or first not in FORMULA_SIGNS or safe_cell(text)[1:].isdigit()
