import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import sms_text
from app.domain.carriers import Carrier

LINK = "https://qms.jp/AbCd1234"
CARRIERS = st.sampled_from([None, *Carrier])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=700)


@pytest.mark.parametrize(
    ("text", "units"),
    [("", 0), ("a", 1), ("あ", 1), ("😀", 2), ("𠮷野家", 4), ("👨‍👩‍👧", 8), ("\n", 1)],
)
def test_utf16_units(text: str, units: int) -> None:
    assert sms_text.utf16_units(text) == units


@given(TEXTS)
def test_units_are_what_utf16_needs(text: str) -> None:
    assert sms_text.utf16_units(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("body", "urls"),
    [
        ("", ()),
        ("メニューはありません", ()),
        ("https://", ()),
        ("ftp://example.jp/x", ()),
        ("見てhttps://example.jp/x?a=1&b=2#top をどうぞ", ("https://example.jp/x?a=1&b=2#top",)),
        ("見てhttps://example.jp/xをどうぞ", ("https://example.jp/x",)),
        ("https://a.jp/\nhttp://b.jp", ("https://a.jp/", "http://b.jp")),
        ("https://a.jp/ と https://a.jp/", ("https://a.jp/",)),
        ("https://b.jp https://a.jp https://b.jp", ("https://b.jp", "https://a.jp")),
        ("See https://a.jp/x. Or (https://a.jp/y)!", ("https://a.jp/x", "https://a.jp/y")),
        ("https://ja.wikipedia.org/wiki/A_(B)", ("https://ja.wikipedia.org/wiki/A_(B)",)),
        ("<https://a.jp/x>「https://a.jp/y」", ("https://a.jp/x", "https://a.jp/y")),
        ("HTTPS://A.JP/x", ("HTTPS://A.JP/x",)),
    ],
)
def test_typed_urls(body: str, urls: tuple[str, ...]) -> None:
    assert sms_text.typed_urls(body) == urls


@pytest.mark.parametrize(
    ("body", "short_urls", "units"),
    [
        ("あ", (), 1),
        ("あhttps://example.jp/long", (), 24),
        ("あhttps://example.jp/longい", ("https://example.jp/long",), 27),
        ("https://a.jp https://a.jp", ("https://a.jp",), 51),
        ("https://a.jp/x", ("https://a.jp",), 14),  # another URL that only begins alike
        ("https://a.jp/x。https://a.jp", ("https://a.jp",), 15 + 25),
        ("(https://a.jp/x)", ("https://a.jp/x",), 27),
    ],
)
def test_counted_units(body: str, short_urls: tuple[str, ...], units: int) -> None:
    assert sms_text.counted_units(body, short_urls) == units


def test_render_puts_a_space_on_each_side_of_every_occurrence() -> None:
    body = "予約はhttps://a.jp/r、地図はhttps://a.jp/m。もう一度https://a.jp/r。"
    links = {
        "https://a.jp/r": "https://qms.jp/rrrrrrrr",
        "https://a.jp/m": "https://qms.jp/mmmmmmmm",
    }
    assert sms_text.render(body, tuple(links), links) == (
        "予約は https://qms.jp/rrrrrrrr 、地図は https://qms.jp/mmmmmmmm 。"
        "もう一度 https://qms.jp/rrrrrrrr 。"
    )


def test_render_leaves_unlisted_urls_and_prefixes_alone() -> None:
    body = "https://a.jp/x https://b.jp"
    assert sms_text.render(body, ("https://a.jp",), {"https://a.jp": LINK}) == body


def test_render_without_a_link_for_a_listed_url() -> None:
    with pytest.raises(KeyError):
        sms_text.render("https://a.jp", ("https://a.jp",), {})


@given(st.lists(st.sampled_from(["https://a.jp", "https://a.jp/x", "。", "あ", "😀", " "])))
def test_what_is_counted_is_what_is_sent(pieces: list[str]) -> None:
    body = "".join(pieces)
    urls = ("https://a.jp", "https://a.jp/x")
    sent = sms_text.render(body, urls, dict.fromkeys(urls, LINK))
    assert sms_text.counted_units(body, urls) == sms_text.utf16_units(sent)


@pytest.mark.parametrize(
    ("units", "carrier", "count"),
    [
        (0, None, 1),
        (70, None, 1),
        (71, None, 2),
        (132, None, 2),
        (133, None, 3),
        (660, None, 10),
        (70, Carrier.DOCOMO, 1),
        (132, Carrier.DOCOMO, 2),
        (133, Carrier.DOCOMO, 3),
        (660, Carrier.DOCOMO, 10),
        (134, Carrier.AU, 2),
        (135, Carrier.AU, 3),
        (134, Carrier.SOFTBANK, 2),
        (135, Carrier.SOFTBANK, 3),
        (134, Carrier.RAKUTEN, 2),
        (135, Carrier.RAKUTEN, 3),
        (660, Carrier.AU, 10),
    ],
)
def test_parts(units: int, carrier: Carrier | None, count: int) -> None:
    assert sms_text.parts(units, carrier) == count


def test_a_pair_at_the_edge_goes_into_the_next_part() -> None:
    text = "あ" * 65 + "😀" + "い" * 10
    assert sms_text.parts_of_text(text, None) == ("あ" * 65, "😀" + "い" * 10)


def test_a_pair_at_the_edge_can_cost_a_part() -> None:
    text = "あ" + "😀" * 65 + "い"  # 132 units, 2 parts by its length
    assert sms_text.parts(sms_text.utf16_units(text), None) == 2
    assert [sms_text.utf16_units(part) for part in sms_text.parts_of_text(text, None)] == [
        65,
        66,
        1,
    ]


@given(TEXTS, CARRIERS)
def test_parts_of_text_lose_nothing_and_fit(text: str, carrier: Carrier | None) -> None:
    cut = sms_text.parts_of_text(text, carrier)
    assert "".join(cut) == text
    longest = 70 if len(cut) == 1 else 67
    assert all(sms_text.utf16_units(part) <= longest for part in cut)
    assert all(cut) or text == ""


@given(st.text(st.sampled_from("あa\n"), max_size=700), CARRIERS)
def test_without_pairs_the_count_is_the_cut(text: str, carrier: Carrier | None) -> None:
    assert len(sms_text.parts_of_text(text, carrier)) == sms_text.parts(len(text), carrier)
