"""How captured requests travel: in company, within bounds, and never lost in silence."""

import asyncio

import pytest
from rapport.capture.v1 import capture_pb2 as pb

from chassis.errors import Unavailable
from chassis.tracing import Trace
from gateway.edge import capture_stream
from gateway.edge.capture_stream import CaptureStream

UNSEEN = Trace("0" * 31 + "1", "0" * 15 + "1", sampled=False)
SEEN = Trace("0" * 31 + "2", "0" * 15 + "2", sampled=True)


class Bus:
    """Stores what it is given, once it may."""

    def __init__(self) -> None:
        self.stored: list[tuple[str, int, dict]] = []
        self.failure: Exception | None = None
        self.may_store = asyncio.Event()
        self.may_store.set()

    async def publish(self, subject, data, headers=None):
        await self.may_store.wait()
        if self.failure:
            raise self.failure
        self.stored.append((subject, len(pb.EventsCaptured.FromString(data).requests), headers))


def call(kind=pb.TRACK, body=b"{}"):
    return pb.CapturedRequest(call=kind, body=body)


async def test_single_calls_wait_for_company_and_batches_do_not():
    bus = Bus()
    stream = CaptureStream(bus.publish)
    await asyncio.gather(
        *(stream.add("acme", call(), UNSEEN) for _ in range(3)),
        stream.add("other", call(), UNSEEN),
        stream.add("acme", call(pb.BATCH), UNSEEN),
        stream.add("acme", call(pb.IMPORT), UNSEEN),
    )
    sizes = sorted((subject.rpartition(".")[2], size) for subject, size, _ in bus.stored)
    assert [("acme", 1), ("acme", 1), ("acme", 3), ("other", 1)] == sizes
    assert 4 == len({headers["Nats-Msg-Id"] for _, _, headers in bus.stored})


async def test_a_sampled_call_travels_alone_with_its_trace():
    bus = Bus()
    stream = CaptureStream(bus.publish)
    await asyncio.gather(stream.add("acme", call(), SEEN), stream.add("acme", call(), UNSEEN))
    assert [1, 1] == [size for _, size, _ in bus.stored]
    assert [SEEN.traceparent] == [headers["traceparent"] for *_, headers in bus.stored if len(headers) > 1]


async def test_company_has_an_end():
    bus = Bus()
    stream = CaptureStream(bus.publish)
    body = b" " * (capture_stream.COMPANY_BYTES // 2)
    many = capture_stream.COMPANY_REQUESTS + 1
    await asyncio.gather(*(stream.add("acme", call(), UNSEEN) for _ in range(many)))
    assert [1, many - 1] == sorted(size for _, size, _ in bus.stored)
    bus.stored.clear()
    await asyncio.gather(*(stream.add("acme", call(body=body), UNSEEN) for _ in range(3)))
    assert [1, 2] == sorted(size for _, size, _ in bus.stored)


async def test_whoever_waits_hears_of_the_failure():
    bus = Bus()
    bus.failure = Unavailable("BUS_UNAVAILABLE", "Away.", retry_after_seconds=1)
    stream = CaptureStream(bus.publish)
    outcomes = await asyncio.gather(
        *(stream.add("acme", call(), UNSEEN) for _ in range(3)), return_exceptions=True
    )
    assert [bus.failure] * 3 == outcomes


async def test_one_who_leaves_stops_nobody_else():
    bus = Bus()
    bus.may_store.clear()
    stream = CaptureStream(bus.publish)
    leaving, staying = (asyncio.create_task(stream.add("acme", call(), UNSEEN)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    bus.may_store.set()
    await staying
    assert [2] == [size for _, size, _ in bus.stored]
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_what_waits_is_bounded():
    bus = Bus()
    bus.may_store.clear()
    stream = CaptureStream(bus.publish)
    body = b" " * (4 * 1024 * 1024)
    most = capture_stream.MOST_BYTES_IN_HAND // len(body)
    waiting = [asyncio.create_task(stream.add("acme", call(pb.BATCH, body), UNSEEN)) for _ in range(most)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await stream.add("acme", call(), UNSEEN)
    bus.may_store.set()
    await asyncio.gather(*waiting)
    await stream.add("acme", call(), UNSEEN)
