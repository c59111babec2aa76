"""What the editor warns of beside the text of an SMS."""

from __future__ import annotations

import pytest

from app.domain.sms_text_warnings import Fault, TextWarning, fault_of, warnings

FAMILY = "👨\u200d👩\u200d👧"
JAPAN = "🇯🇵"


def faults(text: str) -> dict[str, str]:
    return {warning.fault.value: " ".join(warning.found) for warning in warnings(text)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "お電話ありがとうございます。ご予約は https://qms.jp/aB3dE5gH から。\n（株）見本 ＡＢ１２",
        "～〜−－—―…‥“”「」【】※○●◎△▲□■☆★♪♭♯♂♀〒々ヶ仝〇",
        "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    ],
)
def test_plain_japanese_is_without_warnings(text: str) -> None:
    assert warnings(text) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ｱｲｳ｡ﾞ", {"half_width_kana": "ｱ ｲ ｳ ｡ ﾞ"}),
        ("①㈱Ⅳ№髙橋﨑", {"machine_dependent": "① ㈱ Ⅳ № 髙 﨑"}),
        ("か\u3099", {"combining": "U+3099"}),
        ("e\u0301", {"combining": "U+0301"}),
        ("案内\u200b\xa0\ufeff\t", {"invisible": "U+200B U+00A0 U+FEFF U+0009"}),
        ("☀️❤", {"emoji": "☀ ❤"}),
        (FAMILY, {"emoji": "👨 👩 👧"}),
        ("𠮷野家é한", {"unusual": "𠮷 é 한"}),
        ("\ud83d案内\ufffd", {"broken": "U+D83D U+FFFD"}),
        ("ｱ①😀", {"half_width_kana": "ｱ", "machine_dependent": "①", "emoji": "😀"}),
    ],
)
def test_each_fault_names_its_characters(text: str, told: dict[str, str]) -> None:
    assert faults(text) == told


def test_a_character_is_named_once_and_ten_at_most() -> None:
    (warning,) = warnings("①②③④⑤⑥⑦⑧⑨⑩⑪⑫" * 2)
    assert warning == TextWarning(Fault.MACHINE_DEPENDENT, tuple("①②③④⑤⑥⑦⑧⑨⑩"))


@pytest.mark.parametrize(
    ("before", "emoji", "is_cut"),
    [
        (58, FAMILY, False),
        (64, FAMILY, True),
        (65, "❤️", True),
        (64, "❤️", False),
        (66, "❤️", True),
        (62, JAPAN, False),
        (63, JAPAN, True),
        (65, "😀", False),
    ],
)
def test_an_emoji_on_the_cut_of_some_carrier(before: int, emoji: str, is_cut: bool) -> None:
    text = "あ" * before + emoji + "い" * 30
    assert ("emoji_split" in faults(text)) is is_cut


def test_what_fits_one_sms_is_not_cut() -> None:
    assert "emoji_split" not in faults("あ" * 62 + FAMILY)


def test_every_kanji_of_everyday_use_is_plain() -> None:
    assert {fault_of(chr(code)) for code in range(0x3041, 0x3094)} == {None}
    for lead in range(0x88, 0xA0):
        for trail in range(0x40, 0xFD):
            try:
                character = bytes((lead, trail)).decode("shift_jis")
            except UnicodeDecodeError:
                continue
            assert fault_of(character) is None, character
