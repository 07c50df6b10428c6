"""What a process says about itself while it runs: log lines, and spans when somebody collects them."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from .callers import current_caller
from .settings import traces_are_collected
from .tracing import current_trace, record_with

LogFormat = Literal["json", "console"]


@contextmanager
def telemetry(service: str, log_format: LogFormat = "json", stream: TextIO | None = None) -> Iterator[None]:
    """Logs and traces for the life of a process; at the end the last spans are sent."""
    log_to(stream or sys.stderr, service, log_format)
    if not traces_are_collected():
        yield
        return
    from .spans import otlp_recorder  # noqa: PLC0415 -- see there

    recorder = otlp_recorder(service)
    record_with(recorder)
    try:
        yield
    finally:
        record_with(None)
        recorder.close()


def log_to(stream: TextIO, service: str, log_format: LogFormat) -> None:
    """Every log line of the process, whoever wrote it, goes to *stream* in one form."""
    about = said_by(service)
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        about,
    ]
    lines = Lines(stream)
    lines.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                ProcessorFormatter.remove_processors_meta,
                *rendered(log_format, colors=stream.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    for earlier in [handler for handler in root.handlers if isinstance(handler, Lines)]:
        root.removeHandler(earlier)
    root.addHandler(lines)
    root.setLevel(logging.INFO)
    for talkative in TALKATIVE:
        logging.getLogger(talkative).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *common,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class Lines(logging.StreamHandler[TextIO]):
    """Ours among the root's handlers, so that logging can be set up twice and others keep theirs."""


def said_by(service: str) -> Processor:
    """Adds who speaks, of which trace, and on whose behalf."""

    def add(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        line["service"] = service
        if trace := current_trace():
            line["trace_id"] = trace.trace_id
        if caller := current_caller.get(None):
            line["workspace"], line["request_id"] = caller.workspace, caller.request_id
        return line

    return add


def rendered(log_format: LogFormat, *, colors: bool) -> list[Processor]:
    if log_format == "console":
        return [
            structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]


# Libraries that write down, at INFO, whom a mail is from and which address was called.
TALKATIVE = ("httpx", "mail.log")
