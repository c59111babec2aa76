"""From where a request comes: what allow-lists, rate limits and the audit trail go by."""

from __future__ import annotations

import ipaddress

from flask import request

FORWARDING_HEADERS = ("X-Forwarded-For", "X-Real-Ip", "Forwarded")


def client_address() -> str:
    """The client's IPv4 or IPv6 address in canonical form; "" when it cannot be told.

    Werkzeug's ProxyFix (see `factory`) has taken it from X-Forwarded-For, counting as many entries
    from the end as there are trusted proxies: what a client writes in front of them is never read.
    An IPv4 address that came in on an IPv6 socket (::ffff:203.0.113.7) is the IPv4 address.
    """
    try:
        address = ipaddress.ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def client_network() -> str:
    """The client's address; of an IPv6 client its /64, which one customer has all to himself."""
    address = client_address() or "unknown"
    return str(ipaddress.ip_network((address, 64), strict=False)) if ":" in address else address


def is_from_inside() -> bool:
    """Whether the request comes from this machine or a private network, and past no proxy."""
    if any(header in request.headers for header in FORWARDING_HEADERS):
        return False
    address = client_address()
    return bool(address) and ipaddress.ip_address(address).is_private
