"""Whether a webhook really comes from Plivo.

The SDK's validator is not used: it raises on percent-encoded Japanese in the query, which would let
a stranger turn a 403 into a 500. The tests hold this one against the SDK's signatures.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import parse_qs, urlparse

Params = Mapping[str, str | list[str]]

_V3_HEADERS = ("x-plivo-signature-v3", "x-plivo-signature-ma-v3")
_V3_NONCE = "x-plivo-signature-v3-nonce"
_V2_HEADER = "x-plivo-signature-v2"
_V2_NONCE = "x-plivo-signature-v2-nonce"


def verify(
    method: str, url: str, headers: Mapping[str, str], params: Params, auth_token: str
) -> bool:
    """True if one of the request's signatures was made with `auth_token`. Never raises.

    `url` is the one Plivo called (public base, with its query), `params` all of the form's fields.
    The V3 header may list several signatures; -Ma-V3 is the main account's where a subaccount owns
    the number. V2 counts only where no V3 header came, since it does not cover the fields.
    Source: plivo.com/docs/messaging/concepts/signature-validation and the SDK's signature_v3.py.
    """
    try:
        return _verify(method, url, headers, params, auth_token)
    except (ValueError, TypeError, AttributeError):  # a stranger may send any nonsense
        return False


def _verify(
    method: str, url: str, headers: Mapping[str, str], params: Params, auth_token: str
) -> bool:
    if not auth_token:
        return False
    given = {name.lower(): value for name, value in headers.items()}
    v3 = [given[name] for name in _V3_HEADERS if name in given]
    if v3:
        signed = f"{_signed_text(method, url, params)}.{_present(given, _V3_NONCE)}"
        return _matches(signed, auth_token, ",".join(v3).split(","))
    signed = f"{_base(url)}{_present(given, _V2_NONCE)}"
    return _matches(signed, auth_token, [_present(given, _V2_HEADER)])


def _present(given: Mapping[str, str], name: str) -> str:
    value = given.get(name, "")
    if not value:
        raise ValueError(f"{name} is missing")
    return value


def _matches(signed: str, auth_token: str, signatures: list[str]) -> bool:
    digest = hmac.digest(auth_token.encode(), signed.encode("utf-8", "surrogateescape"), sha256)
    expected = b64encode(digest)
    return any(hmac.compare_digest(expected, each.strip().encode()) for each in signatures)


def _signed_text(method: str, url: str, params: Params) -> str:
    """The URL with its query sorted; then the fields sorted and run together, for a POST behind a
    dot, for a GET as part of the query."""
    query: dict[str, str | list[str]] = {
        **parse_qs(urlparse(url).query, keep_blank_values=True, errors="surrogateescape")
    }
    if method.upper() == "GET":
        fields = _joined({**params, **query}, "=", "&")
        return f"{_base(url)}?{fields}" if fields else _base(url)
    sorted_query = _joined(query, "=", "&")
    text = _base(url)
    if sorted_query or params:
        text += f"?{sorted_query}"
    if sorted_query and params:
        text += "."
    return text + _joined(params, "", "")


def _joined(params: Params, equals: str, between: str) -> str:
    """All pairs, sorted by name and by value within a name that comes several times."""
    return between.join(
        f"{name}{equals}{value}" for name in sorted(params) for value in _values(params[name])
    )


def _values(value: str | list[str]) -> list[str]:
    return sorted(value) if isinstance(value, list) else [value]


def _base(url: str) -> str:
    parsed = urlparse(url)
    return f"{parsed.scheme}://{parsed.netloc}{parsed.path}"
