"""Calls over HTTP to places that others chose: not into our own network, and it is known how far each got."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    # How the answer to a refused call begins; nothing of one that was accepted.
    words: str = ""


class Unreached(Exception):  # noqa: N818 -- no error: an answer
    """Nobody has heard the call. For good, when nobody ever will."""

    def __init__(self, description: str, *, permanent: bool = False) -> None:
        super().__init__(description)
        self.description, self.permanent = description, permanent


class Unanswered(Exception):  # noqa: N818 -- no error: an answer
    """Somebody may have heard it."""

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


class Calls:
    """One call is one try, within *seconds*. Redirects are answers, and nobody goes after them.

    Each call has a connection of its own: one that was kept may be closed just when it is used again, and
    then nobody can tell whether the call was heard.
    """

    def __init__(self, *, seconds: float, most: int, allow_private: bool) -> None:
        self._seconds, self._allow_private = seconds, allow_private
        self._client = httpx.AsyncClient(
            timeout=seconds,
            limits=httpx.Limits(max_connections=most, max_keepalive_connections=0),
            follow_redirects=False,
            # Proxies and certificates are not the environment's to choose.
            trust_env=False,
            headers={"User-Agent": "Rapport/1", "Accept-Encoding": "identity"},
        )

    async def call(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> Answer:
        target = fit(url)
        call = Call(method, target, dict(headers or {}), content)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._made(call, await self._addresses(target))
        except (httpx.HTTPError, TimeoutError) as failed:
            said = f"{target.host}: {str(failed) or type(failed).__name__}"
            if call.begun:
                raise Unanswered(said) from failed
            raise Unreached(said) from failed

    async def _addresses(self, target: httpx.URL) -> list[str]:
        """Where the name leads now. Looked up once: the address that is judged is the one that is used."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(
                target.raw_host.decode(), target.port or PORTS[target.scheme], type=socket.SOCK_STREAM
            )
        except (socket.gaierror, UnicodeError) as unknown:
            raise Unreached(f"{target.host} is not known: {unknown}") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [each for each in addresses if self._allow_private or public(each)]
        if not allowed:
            raise Unreached(
                f"{target.host} is in a private network; the provider's settings may say `allow_private`.",
                permanent=True,
            )
        return allowed[:MOST_ADDRESSES]

    async def _made(self, call: "Call", addresses: list[str]) -> Answer:
        """By the first address at which somebody opens the door."""
        for address in addresses[:-1]:
            try:
                return await self._at(address, call)
            except httpx.ConnectError:
                assert not call.begun, "a connection that failed carries nothing"
        return await self._at(addresses[-1], call)

    async def _at(self, address: str, call: "Call") -> Answer:
        request = self._client.build_request(
            call.method,
            call.target.copy_with(host=address),
            headers={**call.headers, "Host": call.target.netloc.decode()},
            content=call.content,
            extensions={"sni_hostname": call.target.raw_host.decode(), "trace": call.note},
        )
        response = await self._client.send(request, stream=True)
        try:
            words = "" if response.is_success else await beginning(response)
            return Answer(response.status_code, response.headers, words)
        finally:
            await response.aclose()

    async def close(self) -> None:
        await self._client.aclose()


@dataclass(slots=True)
class Call:
    method: str
    target: httpx.URL
    headers: dict[str, str]
    content: bytes
    # Its first byte is on the way.
    begun: bool = False

    async def note(self, event: str, _: Any) -> None:
        self.begun = self.begun or event.endswith(".send_request_headers.started")


async def beginning(response: httpx.Response) -> str:
    """What a refusal begins with. Its status is known already, whatever becomes of the rest."""
    words = b""
    try:
        async for chunk in response.aiter_raw():
            words += chunk
            if len(words) >= WORDS_BYTES:
                break
    except httpx.HTTPError as lost:
        return f"({type(lost).__name__})"
    return words[:WORDS_BYTES].decode(errors="replace")


def fit(url: str) -> httpx.URL:
    """Unreached, for good, when nobody can be called there."""
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as broken:
        raise Unreached(f"{url[:100]!r} is no URL: {broken}", permanent=True) from None
    if target.scheme not in PORTS or not target.host or target.userinfo:
        raise Unreached(
            f"{url[:100]!r} must be https://host/… or http://host/…, without a password.", permanent=True
        )
    return target


def public(address: str) -> bool:
    """Whether it is out in the world, however it is dressed."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and (within := inner(found)):
        found = within
    return found.is_global and not found.is_multicast


def inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address it stands for, when it stands for one."""
    if address.teredo:
        return address.teredo[1]
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


PORTS = {"http": 80, "https": 443}
NAT64 = IPv6Network("64:ff9b::/96")
MOST_ADDRESSES = 3
WORDS_BYTES = 300
