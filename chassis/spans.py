"""Spans for a collector. Imported only when one is configured, because the SDK slows every start."""

from collections.abc import Sequence
from threading import Thread
from types import TracebackType

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from .errors import Refusal
from .tracing import Attributes, Carried, Kind, Trace


def otlp_recorder(service: str) -> "SdkRecorder":
    """Sends spans where OTEL_EXPORTER_OTLP_ENDPOINT says, as many as OTEL_TRACES_SAMPLER says."""
    return SdkRecorder(service, BatchSpanProcessor(OTLPSpanExporter()))


class SdkRecorder:
    """Records spans with the SDK; its default sampler decides at the root and obeys the parent elsewhere."""

    def __init__(self, service: str, processor: SpanProcessor) -> None:
        # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over what we say.
        resource = Resource.create({"service.name": service}).merge(OTELResourceDetector().detect())
        self.provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self.provider.add_span_processor(processor)
        self.tracer = self.provider.get_tracer("rapport")

    def __call__(
        self,
        name: str,
        kind: Kind,
        parent: Trace | None,
        links: Sequence[Trace],
        attributes: Attributes,
    ) -> "Recorded":
        above = set_span_in_context(NonRecordingSpan(place(parent)), Context()) if parent else Context()
        linked = [Link(place(link)) for link in links]
        return Recorded(self.tracer.start_span(name, above, SpanKind(kind.value), attributes, linked))

    def close(self) -> None:
        """Sends what is left. A collector that does not answer holds nobody back for long."""
        last_words = Thread(target=self.provider.shutdown, daemon=True)
        last_words.start()
        last_words.join(CLOSE_SECONDS)


class Recorded(Carried):
    """A running span of the SDK."""

    __slots__ = ("span",)

    def __init__(self, span: Span) -> None:
        at = span.get_span_context()
        super().__init__(Trace(f"{at.trace_id:032x}", f"{at.span_id:016x}", at.trace_flags.sampled))
        self.span = span

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, traceback)
        if isinstance(error, Refusal):
            self.span.set_status(Status(StatusCode.ERROR, error.reason))
        elif isinstance(error, Exception):
            self.span.record_exception(error)
            self.span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        self.span.end()


def place(trace: Trace) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if trace.sampled else TraceFlags.DEFAULT)
    return SpanContext(int(trace.trace_id, 16), int(trace.span_id, 16), is_remote=True, trace_flags=flags)


CLOSE_SECONDS = 5
