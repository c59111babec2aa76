"""HTTP as Plivo's servers speak it: no proxies of this machine, no reused connections."""

import requests


def plain_session() -> requests.Session:
    """A reused connection may be closed by the other side just then: each request opens its own."""
    session = requests.Session()
    session.trust_env = False
    session.headers["Connection"] = "close"
    return session


def read_at_most(response: requests.Response, most_bytes: int) -> bytes:
    """The body; one byte or more beyond ``most_bytes`` when it is too long."""
    data = bytearray()
    for chunk in response.iter_content(65_536):
        data += chunk
        if len(data) > most_bytes:
            break
    return bytes(data)
