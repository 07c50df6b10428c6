"""Which request caused this: the W3C trace context, carried over HTTP, gRPC and NATS.

The context always travels. Spans are recorded only when somebody collects them, because a span of the SDK
costs more than most of our calls.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from enum import Enum
from random import getrandbits
from types import TracebackType
from typing import Protocol

TRACEPARENT = "traceparent"


class Kind(Enum):
    """What a span is to its parent, as OpenTelemetry has it."""

    INTERNAL = 0
    SERVER = 1
    CLIENT = 2
    PRODUCER = 3
    CONSUMER = 4


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a trace: what a `traceparent` header says."""

    trace_id: str
    span_id: str
    sampled: bool

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


Attributes = Mapping[str, str | int | float | bool] | None


class Recorder(Protocol):
    """Records a span for a collector; `spans.py` is the one there is."""

    def __call__(
        self,
        name: str,
        kind: Kind,
        parent: Trace | None,
        links: Sequence[Trace],
        attributes: Attributes,
    ) -> AbstractContextManager[Trace]: ...


def current_trace() -> Trace | None:
    return current.get()


def inject(headers: dict[str, str]) -> dict[str, str]:
    """Adds the running trace, if there is one, to what is about to be sent."""
    if trace := current.get():
        headers[TRACEPARENT] = trace.traceparent
    return headers


def span(
    name: str,
    kind: Kind = Kind.INTERNAL,
    parent_headers: Mapping[str, str] | None = None,
    *,
    links: Sequence[str] = (),
    attributes: Attributes = None,
) -> AbstractContextManager[Trace]:
    """A span around a block: of the trace in *parent_headers* at a door, else of the running one.

    A batch does not continue any of its items; it *links* to their traceparents.
    """
    parent = current.get() if parent_headers is None else parsed(parent_headers.get(TRACEPARENT))
    if recorder is None or (parent is not None and not parent.sampled):
        return Carried(parent or fresh())
    return recorder(name, kind, parent, [linked for link in links if (linked := parsed(link))], attributes)


def milestone(log: logging.Logger, sentence: str, traceparent: str, **facts: str) -> None:
    """A line in the log for one item of a batch, under the item's own trace, when that is sampled.

    A batch continues none of its items; so this is how a request is found in the log of every process that
    it went through.
    """
    if traceparent.endswith("1") and (trace := parsed(traceparent)):
        with Carried(trace):
            log.info(sentence, extra=facts)


class Carried:
    """A trace that passes through: it shows in logs and travels on, and nobody records it."""

    __slots__ = ("before", "trace")

    before: Token[Trace | None]

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def __enter__(self) -> Trace:
        self.before = current.set(self.trace)
        return self.trace

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        current.reset(self.before)


def parsed(traceparent: str | None) -> Trace | None:
    """What the header says; None when it is missing or broken, as the standard wants."""
    found = traceparent and FORM.match(traceparent)
    if not found:
        return None
    trace_id, span_id, flags = found.groups()
    return Trace(trace_id, span_id, sampled=bool(int(flags, 16) & 1))


def fresh() -> Trace:
    """The start of a trace that nobody records: logs of one request still find together.

    Its ids are no secrets, and asking the system for random bytes would release the GIL at every call.
    """
    return Trace(f"{getrandbits(128) | 1:032x}", f"{getrandbits(64) | 1:016x}", sampled=False)


def record_with(new: Recorder | None) -> None:
    """Records spans from now on; None stops it. Called once, by `telemetry.setup`."""
    global recorder  # noqa: PLW0603 -- one per process, like the exporter behind it
    recorder = new


current: ContextVar[Trace | None] = ContextVar("trace", default=None)
recorder: Recorder | None = None

FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)")
