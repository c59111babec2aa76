import pytest

from app.domain.refusals import Refusal


def test_code_and_details() -> None:
    with pytest.raises(Refusal, match=r"draft_conflict \(number=050, revision=3\)") as caught:
        raise Refusal("draft_conflict", number="050", revision=3)
    assert caught.value.code == "draft_conflict"
    assert caught.value.details == {"number": "050", "revision": 3}


def test_code_alone() -> None:
    assert str(Refusal("speech_silent")) == "speech_silent"
