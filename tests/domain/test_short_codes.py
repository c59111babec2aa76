from app.domain.short_codes import CODE_PATTERN, new_code


def test_codes_have_their_form_and_differ() -> None:
    codes = [new_code() for _ in range(2000)]
    assert all(CODE_PATTERN.fullmatch(code) for code in codes)
    assert len(set(codes)) == len(codes)
    assert len(set("".join(codes))) == 62


def test_what_is_no_code() -> None:
    for text in ("", "abcdefg", "abcdefghi", "abcdefg-", "abcdefgあ", "abcdefg１", "abcdefgh\n"):
        assert CODE_PATTERN.fullmatch(text) is None
