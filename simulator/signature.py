"""Plivo's V3 request signature, computed as the sender does.

Source: https://www.plivo.com/docs/voice/concepts/signature-validation (X-Plivo-Signature-V3).
HMAC-SHA256 with the auth token, base64, over ``URL[.]PARAMS.NONCE``: the URL without fragment, its
query sorted by name, a dot between query and body parameters when both are there, and the body
parameters sorted by name, each name directly followed by its value.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit


def signed_headers(
    method: str, url: str, params: Mapping[str, str], auth_token: str
) -> dict[str, str]:
    """Headers for one request; for GET the parameters are those added to the query."""
    nonce = "".join(secrets.choice("0123456789") for _ in range(20))
    signature = sign_v3(method, url, params, nonce, auth_token)
    return {
        "X-Plivo-Signature-V3": signature,
        "X-Plivo-Signature-Ma-V3": signature,
        "X-Plivo-Signature-V3-Nonce": nonce,
    }


def sign_v3(method: str, url: str, params: Mapping[str, str], nonce: str, auth_token: str) -> str:
    """The base64 signature of one request."""
    message = f"{_signed_text(method, url, params)}.{nonce}"
    digest = hmac.new(auth_token.encode(), message.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _signed_text(method: str, url: str, params: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    base = f"{parts.scheme}://{parts.netloc}{parts.path}"
    query: dict[str, list[str]] = parse_qs(parts.query, keep_blank_values=True)
    if method == "GET":
        query |= {name: [value] for name, value in params.items()}
    sorted_query = "&".join(
        f"{name}={value}" for name in sorted(query) for value in sorted(query[name])
    )
    body = "".join(f"{name}{params[name]}" for name in sorted(params)) if method != "GET" else ""
    if sorted_query:
        base += f"?{sorted_query}" + ("." if body else "")
    elif body:
        base += "?"
    return base + body
