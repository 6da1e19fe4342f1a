"""Where a request came from, for the count of refused sign-ins and for nothing else: it is never stored or logged."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from flask import request

from web.config import CaseworkConfig

_SUBSCRIBER_BITS = 64  # RFC 6177: no subscriber gets less, and each can take any address of theirs


def find_source(config: CaseworkConfig) -> str:
    """Return where the request came from: the address that the last proxy of ours saw, or the connection's own."""
    proxies = config.trusted_proxies
    route = list(request.access_route)
    return group_address(route[-proxies] if 0 < proxies <= len(route) else request.remote_addr or "")


def group_address(text: str) -> str:
    """Return what counts as one source: an IPv4 address, or the /64 that an IPv6 address lies in.

    Whoever has one IPv6 address has 2**64 of them. What is no address is a source by itself.
    """
    try:
        address = ip_address(text.strip().strip("[]"))
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _SUBSCRIBER_BITS), strict=False))
