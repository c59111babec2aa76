import pytest

from app.domain import guidance_texts
from app.domain.slots import EDITABLE_SLOTS, FIXED_SLOTS, Slot

ALL = [
    *guidance_texts.SAMPLES.values(),
    *guidance_texts.FIXED.values(),
    guidance_texts.NO_FLOW_NOTICE,
    guidance_texts.NO_SMS_NOTICE,
    guidance_texts.APOLOGY,
]


def test_every_slot_has_a_text() -> None:
    assert set(guidance_texts.SAMPLES) == set(EDITABLE_SLOTS)
    assert set(guidance_texts.FIXED) == set(FIXED_SLOTS)


@pytest.mark.parametrize("text", ALL)
def test_texts_are_short_polite_and_fit_to_be_spoken(text: str) -> None:
    assert len(text) < 100
    assert text.endswith(("ます。", "ました。", "です。", "ください。"))
    assert not set(text) & set("#*&()（）「」")


def test_the_fixed_announcements_say_what_they_have_to() -> None:
    assert "シャープ" in guidance_texts.FIXED[Slot.KEY_IN]
    assert "申し訳ございません" in guidance_texts.FIXED[Slot.GIVE_UP]
    assert guidance_texts.FIXED[Slot.GIVE_UP].endswith("失礼いたします。")
