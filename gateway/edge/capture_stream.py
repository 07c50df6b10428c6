"""The way of captured requests to the bus: batches at once, single calls in company."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from rapport.capture.v1 import capture_pb2 as pb

from chassis.errors import Unavailable
from chassis.tracing import TRACEPARENT, Trace


class Publish(Protocol):
    """Returns when the bus has stored the message, and raises Unavailable when it has not."""

    async def __call__(self, subject: str, data: bytes, headers: Mapping[str, str] | None = None) -> Any: ...


@dataclass(slots=True)
class Company:
    """Single calls of one workspace that travel together."""

    requests: list[pb.CapturedRequest] = field(default_factory=list)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)
    bytes: int = 0


class CaptureStream:
    """Single calls wait *linger_seconds* for company: one message, one acknowledgement for all of them."""

    def __init__(self, publish: Publish, *, linger_seconds: float = 0.002) -> None:
        self._publish, self._linger_seconds = publish, linger_seconds
        self._companies: dict[str, Company] = {}
        self._journeys: set[asyncio.Task[None]] = set()
        self._in_hand_bytes = 0

    async def add(self, workspace: str, request: pb.CapturedRequest, trace: Trace) -> None:
        """Returns when the request is stored; Unavailable when it is not, or when too much waits already."""
        size = len(request.body)
        if self._in_hand_bytes + size > MOST_BYTES_IN_HAND:
            raise Unavailable(
                "SERVICE_UNAVAILABLE",
                "More events wait than we can hold. Send them again.",
                retry_after_seconds=1,
            )
        self._in_hand_bytes += size
        try:
            if request.call in AT_ONCE or trace.sampled or size > COMPANY_BYTES:
                await self._send(workspace, [request], trace)
            else:
                await self._join(workspace, request, size)
        finally:
            self._in_hand_bytes -= size

    async def _join(self, workspace: str, request: pb.CapturedRequest, size: int) -> None:
        company = self._companies.get(workspace)
        if (
            company is None
            or company.bytes + size > COMPANY_BYTES
            or len(company.requests) >= COMPANY_REQUESTS
        ):
            company = self._companies[workspace] = Company()
            journey = asyncio.create_task(self._travel(workspace, company), name="capture")
            self._journeys.add(journey)
            journey.add_done_callback(self._journeys.discard)
        stored = asyncio.get_running_loop().create_future()
        company.requests.append(request)
        company.waiting.append(stored)
        company.bytes += size
        await stored

    async def _travel(self, workspace: str, company: Company) -> None:
        """Waits for company, goes, and tells everyone how it went, even when we are stopped on the way."""
        outcome: Exception | None = stopping()
        try:
            await asyncio.sleep(self._linger_seconds)
            self._depart(workspace, company)
            await self._send(workspace, company.requests, None)
            outcome = None
        except Exception as fault:  # noqa: BLE001 -- whatever it is, those who wait raise it
            outcome = fault
        finally:
            self._depart(workspace, company)
            tell(company.waiting, outcome)

    def _depart(self, workspace: str, company: Company) -> None:
        """From now on whoever comes waits for the next one."""
        if self._companies.get(workspace) is company:
            del self._companies[workspace]

    async def _send(self, workspace: str, requests: list[pb.CapturedRequest], trace: Trace | None) -> None:
        headers = {"Nats-Msg-Id": uuid4().hex}
        if trace and trace.sampled:
            headers[TRACEPARENT] = trace.traceparent
        data = pb.EventsCaptured(requests=requests).SerializeToString()
        await self._publish(f"{SUBJECT}.{workspace}", data, headers)


def tell(waiting: Iterable[asyncio.Future[None]], outcome: Exception | None) -> None:
    for stored in waiting:
        if stored.done():
            continue  # its client has left
        if outcome is None:
            stored.set_result(None)
        else:
            stored.set_exception(outcome)


def stopping() -> Unavailable:
    return Unavailable("SERVICE_UNAVAILABLE", "We are stopping. Send it again.", retry_after_seconds=1)


SUBJECT = pb.EventsCaptured.DESCRIPTOR.full_name
AT_ONCE = frozenset((pb.BATCH, pb.IMPORT))
COMPANY_BYTES = 512 * 1024
COMPANY_REQUESTS = 500
MOST_BYTES_IN_HAND = 128 * 1024 * 1024
