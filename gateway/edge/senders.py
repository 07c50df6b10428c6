"""Who sent a request: the client's address, past the proxies that we trust and no further."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache

from gateway.exchange import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Senders:
    """Believes X-Forwarded-For and its kin only of peers inside *trusted*."""

    def __init__(self, trusted: tuple[Network, ...] = ()) -> None:
        self._trusted = trusted
        self._is_trusted = lru_cache(4096)(self._within)

    @classmethod
    def parse(cls, text: str) -> "Senders":
        """From a setting: networks or addresses separated by commas, such as `10.0.0.0/8, ::1`."""
        parts = (part.strip() for part in text.split(","))
        return cls(tuple(ipaddress.ip_network(part, strict=False) for part in parts if part))

    def address(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str:
        """The nearest address that is none of our proxies; empty when it is not told."""
        peer = scope["client"][0] if scope.get("client") else ""
        if not self._trusted or not self._is_trusted(peer):
            return str(peer)
        forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
        for hop in reversed(forwarded.split(",")):
            told = without_port(hop.strip())
            if told and not self._is_trusted(told):
                return told if is_address(told) else str(peer)
        return str(peer)

    def origin(self, scope: Scope, headers: Mapping[bytes, bytes]) -> tuple[str, str]:
        """The scheme and host under which the sender knows us."""
        scheme, host = scope["scheme"], headers.get(b"host", b"").decode("latin-1")
        peer = scope["client"][0] if scope.get("client") else ""
        if self._trusted and self._is_trusted(peer):
            scheme = headers.get(b"x-forwarded-proto", scheme.encode()).decode("latin-1")
            host = headers.get(b"x-forwarded-host", host.encode("latin-1")).decode("latin-1")
        return ("https" if scheme == "https" else "http"), host

    def _within(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def without_port(hop: str) -> str:
    """`203.0.113.7:4711` and `[2001:db8::7]:4711` without their ports."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
