"""Traces that travel, log lines that tell whose they are, spans when somebody collects them."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
import structlog
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis import metrics, spans
from chassis.callers import Caller, acting_as
from chassis.errors import NotFound
from chassis.telemetry import log_to
from chassis.tracing import Kind, current_trace, inject, parsed, record_with, span

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED = {"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01"}
UNSAMPLED = {"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-00"}


@pytest.fixture
def collected() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    record_with(spans.SdkRecorder("profile", SimpleSpanProcessor(exporter)))
    yield exporter
    record_with(None)


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        f"00-{TRACE_ID}-{SPAN_ID}",
        f"00-{TRACE_ID.upper()}-{SPAN_ID}-01",
        f"00-{'0' * 32}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"ff-{TRACE_ID}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{SPAN_ID}-01x",
    ],
)
def test_a_broken_traceparent_is_none(header):
    assert parsed(header) is None


def test_a_traceparent_of_a_later_version_is_understood():
    assert parsed(f"01-{TRACE_ID}-{SPAN_ID}-01-and-more").sampled


def test_without_a_collector_the_trace_passes_through():
    with span("a call", Kind.SERVER, SAMPLED):
        assert inject({"a": "b"}) == {"a": "b"} | SAMPLED
        with span("within"):
            assert inject({}) == SAMPLED
    assert current_trace() is None
    assert inject({}) == {}


def test_what_begins_here_has_a_trace_too_and_nobody_samples_it():
    with span("a call", Kind.SERVER, {}) as trace:
        assert parsed(inject({})["traceparent"]) == trace
        assert not trace.sampled
        with span("another call", Kind.SERVER, {}) as other:
            assert other.trace_id != trace.trace_id


def test_spans_continue_the_trace_of_their_caller(collected):
    with span("outer", Kind.SERVER, SAMPLED, attributes={"items": 3}), span("inner") as within:
        assert inject({}) == {"traceparent": within.traceparent}

    inner, outer = collected.get_finished_spans()
    assert (inner.name, outer.name) == ("inner", "outer")
    assert {f"{each.context.trace_id:032x}" for each in (inner, outer)} == {TRACE_ID}
    assert inner.parent.span_id == outer.context.span_id
    assert f"{outer.parent.span_id:016x}" == SPAN_ID
    assert outer.kind.name == "SERVER"
    assert dict(outer.attributes) == {"items": 3}
    assert outer.resource.attributes["service.name"] == "profile"


def test_what_the_caller_did_not_sample_is_not_recorded(collected):
    with span("outer", Kind.SERVER, UNSAMPLED), span("inner"):
        assert inject({}) == UNSAMPLED
    assert collected.get_finished_spans() == ()


def test_a_batch_links_to_its_items(collected):
    with span("batch", Kind.CONSUMER, {}, links=[SAMPLED["traceparent"], "nonsense"]):
        pass

    [batch] = collected.get_finished_spans()
    assert [f"{link.context.trace_id:032x}" for link in batch.links] == [TRACE_ID]
    assert batch.parent is None


@pytest.mark.parametrize(
    ("error", "said", "events"),
    [(NotFound("ORDER_NOT_FOUND", "No."), "ORDER_NOT_FOUND", 0), (KeyError(1), "KeyError", 1)],
)
def test_a_span_says_how_it_ended(collected, error, said, events):
    with pytest.raises(type(error)), span("call"):
        raise error

    [ended] = collected.get_finished_spans()
    assert ended.status.description == said
    assert len(ended.events) == events


def test_a_line_says_who_speaks_of_which_trace_and_for_whom(stream):
    log_to(stream, "profile", "json")
    with span("call", parent_headers=SAMPLED), acting_as(Caller("shop", "keys/ada", request_id="request-1")):
        logging.getLogger("a.library").warning("%s is full", "the disk", extra={"percent": 99})
        structlog.get_logger("ours").info("ready", port=1)

    theirs, ours = lines(stream)
    assert theirs.pop("timestamp") <= ours.pop("timestamp")
    theirs.pop("message")  # pytest's own handler leaves it on the record
    whose = {"service": "profile", "trace_id": TRACE_ID, "workspace": "shop", "request_id": "request-1"}
    assert theirs == whose | {
        "event": "the disk is full",
        "level": "warning",
        "logger": "a.library",
        "percent": 99,
    }
    assert ours == whose | {"event": "ready", "level": "info", "logger": "ours", "port": 1}


def test_an_exception_is_one_line_with_its_traceback(stream):
    log_to(stream, "profile", "json")
    logging.getLogger("x").error("broken", exc_info=KeyError("möglich"))

    [line] = lines(stream)
    assert line["exception"].endswith("KeyError: 'möglich'")


def test_people_get_lines_they_can_read(stream):
    log_to(stream, "profile", "console")
    logging.getLogger("x").info("ready")
    assert "ready" in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        json.loads(stream.getvalue())


def test_logging_can_be_set_up_again(stream):
    log_to(io.StringIO(), "profile", "json")
    log_to(stream, "profile", "json")
    logging.getLogger("x").info("once")
    assert len(lines(stream)) == 1


def test_the_sdk_is_not_imported_unless_somebody_collects():
    imported = "import sys, chassis.rpc, chassis.telemetry, chassis.runtime; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", imported], check=True, capture_output=True, text=True
    ).stdout
    assert not {
        name for name in modules.split() if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))
    }


def test_prometheus_reads_every_metric_and_its_sentence():
    port = metrics.serve_metrics("127.0.0.1:0")
    with urlopen(f"http://127.0.0.1:{port}/metrics") as reply:
        page = reply.read().decode()
    assert "# HELP rapport_outbox_rows Promised events that are not on the bus yet." in page
