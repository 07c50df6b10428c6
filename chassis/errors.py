"""The words in which a service says no."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that does not fit, by its path (`profile.traits`), and what would fit."""

    field: str
    description: str


class Refusal(Exception):  # noqa: N818 -- it is no error of ours
    """The caller can understand this and act on it. Anything else is our bug."""

    code: ClassVar[int] = code_pb2.UNKNOWN

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        violations: Sequence[Violation] = (),
        retry_after_seconds: float | None = None,
        **facts: str,
    ) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason, self.message, self.facts = reason, message, facts
        self.violations, self.retry_after_seconds = tuple(violations), retry_after_seconds

    def status(self, domain: str) -> status_pb2.Status:
        """What travels. Bounded, because it travels in headers."""
        facts = {name: clipped(fact, FACT_CHARACTERS) for name, fact in self.facts.items()}
        details: list[Message] = [
            error_details_pb2.ErrorInfo(reason=self.reason, domain=domain, metadata=facts)
        ]
        if self.violations:
            details.append(bad_request(self.violations[:MOST_VIOLATIONS]))
        if self.retry_after_seconds is not None:
            delay = Duration(nanos=0)
            delay.FromNanoseconds(round(self.retry_after_seconds * 1e9))
            details.append(error_details_pb2.RetryInfo(retry_delay=delay))
        return status_pb2.Status(
            code=self.code,
            message=clipped(self.message, MESSAGE_CHARACTERS),
            details=[packed(detail) for detail in details],
        )


class NotFound(Refusal):
    code = code_pb2.NOT_FOUND


class AlreadyExists(Refusal):
    code = code_pb2.ALREADY_EXISTS


class Invalid(Refusal):
    code = code_pb2.INVALID_ARGUMENT


class NotNow(Refusal):
    """The request is right, and the state of things forbids it."""

    code = code_pb2.FAILED_PRECONDITION


class Changed(Refusal):
    """Somebody else was faster: read again, then try again."""

    code = code_pb2.ABORTED


class Unauthenticated(Refusal):
    code = code_pb2.UNAUTHENTICATED


class Denied(Refusal):
    code = code_pb2.PERMISSION_DENIED


class Exhausted(Refusal):
    code = code_pb2.RESOURCE_EXHAUSTED


class Unavailable(Refusal):
    """Passing: the same request may succeed after `retry_after_seconds`."""

    code = code_pb2.UNAVAILABLE


class NotBuilt(Refusal):
    """Designed, and planned for later."""

    code = code_pb2.UNIMPLEMENTED


class Late(Refusal):
    """It took longer than we let anything take."""

    code = code_pb2.DEADLINE_EXCEEDED


class Broken(Refusal):
    """How our own bugs are shown to callers. Raised by the one place that logs them, and nowhere else."""

    code = code_pb2.INTERNAL


def bad_request(violations: Sequence[Violation]) -> error_details_pb2.BadRequest:
    return error_details_pb2.BadRequest(
        field_violations=[
            error_details_pb2.BadRequest.FieldViolation(
                field=clipped(violation.field, FACT_CHARACTERS),
                description=clipped(violation.description, FACT_CHARACTERS),
            )
            for violation in violations
        ]
    )


def packed(detail: Message) -> Any:
    sealed = Any()
    sealed.Pack(detail)
    return sealed


def clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# A status of the largest size is about 10 kB; channels accept 64 kB of metadata.
MOST_VIOLATIONS = 20
FACT_CHARACTERS = 200
MESSAGE_CHARACTERS = 500
