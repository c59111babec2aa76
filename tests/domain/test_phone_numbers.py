import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain import phone_numbers


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("819012345678", "+819012345678"),
        ("+819012345678", "+819012345678"),
        ("09012345678", "+819012345678"),
        (" 81312345678 ", "+81312345678"),
        ("815030000001", "+815030000001"),
        ("16502530000", "+16502530000"),
    ],
)
def test_caller_with_a_number(raw: str, number: str) -> None:
    assert phone_numbers.caller_number(raw) == number


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "anonymous",
        "Anonymous",
        "unknown",
        "Restricted",
        "+266696687",  # "anonymous" keyed on a telephone
        "266696687",
        "+7378742833",  # "restricted"
        "+2562533",  # "blocked"
        "+86282452253",  # "unavailable"
        "0",
        "110",
        "9012345678",
        "sip:09012345678@example.jp",
        "+81 90",
        "+" * 20,
    ],
)
def test_withheld_caller(raw: str | None) -> None:
    assert phone_numbers.caller_number(raw) is None


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        ("+817012345678", True),
        ("+818012345678", True),
        ("+819012345678", True),
        ("+816012345678", True),
        ("+818001234567", False),  # 0800-123-4567 is toll-free
        ("+81120123456", False),
        ("+815030000001", False),
        ("+81312345678", False),
        ("+812012345678", False),  # 020: pagers and machines
        ("+16502530000", False),
        ("+447911123456", False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_is_mobile(number: str, mobile: bool) -> None:
    assert phone_numbers.is_mobile(number) is mobile


@pytest.mark.parametrize(
    "digits",
    [
        "09012345678",
        "09012345678#",
        "09012345678##",
        "*09012345678#",
        "090*1234*5678#",
        "090-1234-5678",
        "090 1234 5678",
        "０９０１２３４５６７８＃",
        "819012345678",
        "8109012345678",
        "+819012345678",
        "+8109012345678",
        "00819012345678",
        "0081 90 1234 5678",
        "010819012345678",
    ],
)
def test_keyed_mobile(digits: str) -> None:
    assert phone_numbers.keyed_mobile(digits) == "+819012345678"


def test_keyed_060() -> None:
    assert phone_numbers.keyed_mobile("06012345678#") == "+816012345678"


@pytest.mark.parametrize(
    "digits",
    [
        "",
        "#",
        "*",
        "0312345678",
        "05030000001",
        "08001234567",
        "0120123456",
        "9012345678",
        "0901234567",
        "090123456789",
        "0901#2345678",
        "16502530000",
        "+16502530000",
        "1",
        "0" * 99,
    ],
)
def test_keyed_but_not_a_mobile(digits: str) -> None:
    assert phone_numbers.keyed_mobile(digits) is None


@given(st.text(alphabet="0123456789*#+ -", max_size=20))
def test_only_a_mobile_is_ever_taken_from_the_keypad(digits: str) -> None:
    taken = phone_numbers.keyed_mobile(digits)
    assert taken is None or phone_numbers.is_mobile(taken)


@given(st.from_regex(r"0[789]0[1-9][0-9]{7}", fullmatch=True))
def test_all_forms_of_a_mobile_name_the_same_number(digits: str) -> None:
    e164 = phone_numbers.from_national_digits(digits)
    assert phone_numbers.keyed_mobile(digits) == e164
    assert phone_numbers.keyed_mobile(f"81{digits[1:]}#") == e164
    assert phone_numbers.parse(phone_numbers.display(e164)) == e164
    assert phone_numbers.caller_number(e164[1:]) == e164


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("09012345678", "+819012345678"),
        ("090-1234-5678", "+819012345678"),
        ("０９０－１２３４－５６７８", "+819012345678"),
        ("090ー1234ー5678", "+819012345678"),
        ("090‐1234−5678", "+819012345678"),
        ("090ｰ1234ｰ5678", "+819012345678"),
        (" +81 90-1234-5678 ", "+819012345678"),
        ("＋８１９０１２３４５６７８", "+819012345678"),
        ("819012345678", "+819012345678"),
        ("(03) 1234-5678", "+81312345678"),
        ("050-3000-0001", "+815030000001"),
        ("+1 650-253-0000", "+16502530000"),
    ],
)
def test_parse(text: str, number: str) -> None:
    assert phone_numbers.parse(text) == number


@pytest.mark.parametrize("text", ["", "abc", "090-CALL-NOW", "090", "+", "090-1234-567890", "١٢٣"])
def test_parse_refuses(text: str) -> None:
    assert phone_numbers.parse(text) is None


@given(st.text(max_size=30))
def test_no_text_breaks_the_parsers(text: str) -> None:
    for number in (
        phone_numbers.parse(text),
        phone_numbers.caller_number(text),
        phone_numbers.keyed_mobile(text),
    ):
        assert number is None or number.startswith("+")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+815030000001", "050-3000-0001"),
        ("+819012345678", "090-1234-5678"),
        ("+81312345678", "03-1234-5678"),
        ("+81120123456", "0120-123-456"),
        ("+16502530000", "+1 650-253-0000"),
        ("withheld", "withheld"),
    ],
)
def test_display(number: str, shown: str) -> None:
    assert phone_numbers.display(number) == shown


def test_from_national_digits() -> None:
    assert phone_numbers.from_national_digits("0312345678") == "+81312345678"


@given(st.from_regex(r"\+81[0-9]{9,11}", fullmatch=True))
@example("+818001234567")
@example("+816020000000")
def test_a_mobile_is_what_the_library_takes_for_one(e164: str) -> None:
    number = phonenumbers.parse(e164)
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    assert phone_numbers.is_mobile(e164) == (is_mobile and not e164.startswith("+810"))
