from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from hmac import digest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plivo.utils import signature_v3, validate_v3_signature

from app.providers.plivo.signature import Params, verify

TOKEN = "a-token-of-forty-characters-or-thereabouts"
NONCE = "12345678901234567890"
URL = "https://ivr.example.jp/ivr/answer"
FORM: Params = {"From": "819012345678", "To": "815030000001", "CallUUID": "abc", "Digits": ""}


def sdk_signature(method: str, url: str, params: Params, token: str = TOKEN) -> str:
    copy: dict[str, Any] = {**params}
    if method == "GET":
        signed = signature_v3.construct_get_url(url, copy)
    else:
        signed = signature_v3.construct_post_url(url, copy)
    made: bytes = signature_v3.get_signature_v3(token, signed.decode(), NONCE)
    return made.decode()


def headers(signature: str, name: str = "X-Plivo-Signature-V3") -> dict[str, str]:
    return {name: signature, "X-Plivo-Signature-V3-Nonce": NONCE}


def sign(signed_text: str) -> str:
    return b64encode(digest(TOKEN.encode(), signed_text.encode(), sha256)).decode()


VECTORS: list[tuple[str, str, Params]] = [
    ("POST", URL, FORM),
    ("POST", URL, {}),
    ("POST", f"{URL}?b=2&a=1", FORM),
    ("POST", f"{URL}?b=2&a=1&a=0&empty=", {}),
    ("POST", f"{URL}?a=x%20y+z", FORM),
    ("POST", URL, {"To": ["2", "1"], "From": ["1"]}),
    ("POST", URL, {"Speech": "お電話ありがとう 😀", "名前": "山田"}),
    ("POST", "http://127.0.0.1:8081/ivr/digits?call=1&attempt=2", FORM),
    ("POST", "https://ivr.example.jp", FORM),
    ("POST", f"{URL};v=1?a=1#part", FORM),
    ("GET", f"{URL}?b=2&a=1", {}),
    ("GET", f"{URL}?b=2&a=1", {"c": "3"}),
    ("GET", URL, {}),
]


@pytest.mark.parametrize(("method", "url", "params"), VECTORS)
def test_the_sdks_signatures_are_right(method: str, url: str, params: Params) -> None:
    signature = sdk_signature(method, url, params)
    assert validate_v3_signature(method, url, NONCE, TOKEN, signature, {**params})
    assert verify(method, url, headers(signature), params, TOKEN)


@pytest.mark.parametrize(("method", "url", "params"), VECTORS)
def test_each_part_is_signed(method: str, url: str, params: Params) -> None:
    given_headers = headers(sdk_signature(method, url, params))
    assert not verify(method, url, given_headers, params, TOKEN + "x")
    assert not verify(method, url, given_headers, {**params, "Extra": "1"}, TOKEN)
    assert not verify(
        method,
        url.replace("ivr.example", "evil.example").replace("127.0.0.1", "127.0.0.2"),
        given_headers,
        params,
        TOKEN,
    )
    nonce = {**given_headers, "X-Plivo-Signature-V3-Nonce": "1"}
    assert not verify(method, url, nonce, params, TOKEN)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.text(st.characters(exclude_categories=["Cs"])),
        max_size=6,
    )
)
def test_any_form_is_checked_as_the_sdk_does(params: dict[str, str]) -> None:
    assert verify("POST", URL, headers(sdk_signature("POST", URL, params)), params, TOKEN)


def test_percent_encoded_japanese_in_the_query_is_checked() -> None:
    """The SDK raises UnicodeEncodeError here."""
    url = f"{URL}?n=%E3%81%82"
    signature = sign(f"{URL}?n=あ.From1.{NONCE}")
    assert verify("POST", url, headers(signature), {"From": "1"}, TOKEN)
    assert not verify("POST", f"{URL}?n=%E3%81%84", headers(signature), {"From": "1"}, TOKEN)
    assert not verify("POST", f"{URL}?n=%FF", headers(signature), {"From": "1"}, TOKEN)


def test_one_of_several_signatures_is_enough() -> None:
    signature = sdk_signature("POST", URL, FORM)
    assert verify("POST", URL, headers(f"bm90IGl0,{signature}"), FORM, TOKEN)
    assert verify("POST", URL, headers(f"{signature}, bm90IGl0"), FORM, TOKEN)
    assert not verify("POST", URL, headers("bm90IGl0,bm90IGl0"), FORM, TOKEN)


def test_the_main_accounts_signature_counts() -> None:
    signature = sdk_signature("POST", URL, FORM)
    main = headers(signature, "X-Plivo-Signature-Ma-V3")
    assert verify("POST", URL, main, FORM, TOKEN)
    assert verify("POST", URL, {**main, "X-Plivo-Signature-V3": "bm90IGl0"}, FORM, TOKEN)


def test_header_names_in_any_case_and_methods_too() -> None:
    signature = sdk_signature("POST", URL, FORM)
    lower = {name.lower(): value for name, value in headers(signature).items()}
    assert verify("post", URL, lower, FORM, TOKEN)


def v2_headers(url: str) -> dict[str, str]:
    signature = sign(f"{url}{NONCE}")
    return {"X-Plivo-Signature-V2": signature, "X-Plivo-Signature-V2-Nonce": NONCE}


def test_v2_counts_only_without_v3() -> None:
    v2 = v2_headers(URL)
    assert verify("POST", f"{URL}?a=1", v2, FORM, TOKEN)
    assert not verify("POST", URL, {**v2, **headers("bm90IGl0")}, FORM, TOKEN)
    assert not verify("POST", URL, {**v2, "X-Plivo-Signature-V3": ""}, FORM, TOKEN)
    assert not verify("POST", URL, v2, FORM, TOKEN + "x")
    assert not verify("POST", f"{URL}/x", v2, FORM, TOKEN)


GOOD = headers(sdk_signature("POST", URL, FORM))


@pytest.mark.parametrize(
    ("url", "given_headers", "token"),
    [
        (URL, {}, TOKEN),
        (URL, {"X-Plivo-Signature-V3": GOOD["X-Plivo-Signature-V3"]}, TOKEN),
        (URL, {"X-Plivo-Signature-V3-Nonce": NONCE}, TOKEN),
        (URL, {**GOOD, "X-Plivo-Signature-V3": ""}, TOKEN),
        (URL, {**GOOD, "X-Plivo-Signature-V3": "署名"}, TOKEN),
        (URL, {**GOOD, "X-Plivo-Signature-V3": "\udcff"}, TOKEN),
        (URL, GOOD, ""),
        ("http://[", GOOD, TOKEN),
        ("", GOOD, TOKEN),
    ],
)
def test_nonsense_is_false(url: str, given_headers: Mapping[str, str], token: str) -> None:
    assert not verify("POST", url, given_headers, FORM, token)


def test_an_empty_token_never_opens() -> None:
    made = b64encode(digest(b"", f"{URL}?From1.{NONCE}".encode(), sha256)).decode()
    assert not verify("POST", URL, headers(made), {"From": "1"}, "")


ANYTHING = st.text(st.characters(), max_size=30)


@given(ANYTHING, ANYTHING, st.dictionaries(ANYTHING, ANYTHING | st.lists(ANYTHING)), ANYTHING)
def test_never_raises(
    method: str, url: str, params: dict[str, str | list[str]], signature: str
) -> None:
    assert not verify(method, url, headers(signature), params, TOKEN)
    assert not verify(method, f"{URL}?{url}", headers(signature), params, TOKEN)
