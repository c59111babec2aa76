import pytest

from app.domain.reading_hints import apply_readings, tidy_reading
from app.domain.refusals import Refusal


@pytest.mark.parametrize(
    ("text", "readings", "said"),
    [
        ("東雲です", {}, "東雲です"),
        (
            "東雲と東雲町",
            {"東雲": "シノノメ", "東雲町": "シノノメチョウ"},
            "シノノメとシノノメチョウ",
        ),
        ("一二", {"一": "二", "二": "三"}, "二三"),  # what was put in is not read again
        ("a.b axb", {"a.b": "エービー"}, "エービー axb"),
        ("東雲", {"東": r"\g<0>"}, r"\g<0>雲"),
    ],
)
def test_words_are_said_as_told(text: str, readings: dict[str, str], said: str) -> None:
    assert apply_readings(text, readings) == said


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("しののめ", "シノノメ"),
        (" ﾄﾄﾞｸ ", "トドク"),
        ("ゔぁいおりん", "ヴァイオリン"),
        ("か\u3099くせい", "ガクセイ"),
        ("ジョン・すみす", "ジョン・スミス"),
    ],
)
def test_any_kana_becomes_katakana(typed: str, reading: str) -> None:
    assert tidy_reading(typed) == reading


@pytest.mark.parametrize("typed", ["", "・", "ー", "abc", "東", "ア1", "ア、イ", "ア😀"])
def test_what_is_not_kana_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="reading_not_kana"):
        tidy_reading(typed)
