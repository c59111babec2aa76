"""アクセス可能グローバルIPアドレス: which addresses a company's list lets in."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MAPPED_BITS = 96  # RFC 4291, 2.5.5.2: ::ffff:0:0/96 stands for the IPv4 addresses


def lets_in(ranges: Sequence[str], address: str) -> bool:
    """Whether `address` is in one of the ranges (IPv4 or IPv6, with or without a /length).

    No ranges let in everybody. With ranges, an address that cannot be read ("" included) is
    refused. Raises ValueError for a range that is none.
    """
    if not ranges:
        return True
    try:
        client = network(address)
    except ValueError:
        return False
    return any(
        client.subnet_of(allowed)  # type: ignore[arg-type]  # same version, checked before
        for allowed in map(network, ranges)
        if allowed.version == client.version
    )


def network(text: str) -> Network:
    """A range or a single address; an IPv4 one written as IPv6 becomes IPv4.

    Raises ValueError for anything else.
    """
    found = ipaddress.ip_network(text.strip(), strict=False)
    if isinstance(found, ipaddress.IPv6Network) and found.prefixlen >= MAPPED_BITS:
        mapped = found.network_address.ipv4_mapped
        if mapped is not None:
            return ipaddress.IPv4Network((mapped, found.prefixlen - MAPPED_BITS))
    return found
