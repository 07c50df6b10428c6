"""A refusal, as it travels."""

import pytest
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from chassis.errors import Changed, Exhausted, Invalid, NotFound, Refusal, Violation


def detail(status: status_pb2.Status, kind: type[Message]) -> Message | None:
    for sealed in status.details:
        found = kind()
        if sealed.Unpack(found):
            return found
    return None


def test_a_refusal_says_what_and_why_and_where():
    no = NotFound("PROFILE_NOT_FOUND", "There is no such profile.", name="profiles/1")

    status = no.status("profile.rapport")

    assert code_pb2.NOT_FOUND == status.code
    assert status.message == "There is no such profile."
    assert detail(status, error_details_pb2.ErrorInfo) == error_details_pb2.ErrorInfo(
        reason="PROFILE_NOT_FOUND", domain="profile.rapport", metadata={"name": "profiles/1"}
    )
    assert detail(status, error_details_pb2.BadRequest) is None


def test_violations_name_their_fields():
    no = Invalid("REQUEST_INVALID", "No.", violations=[Violation("profile.traits", "Must be an object.")])

    told = detail(no.status("profile.rapport"), error_details_pb2.BadRequest)

    assert [("profile.traits", "Must be an object.")] == [
        (each.field, each.description) for each in told.field_violations
    ]


@pytest.mark.parametrize(("seconds", "whole", "nanos"), [(2, 2, 0), (0.25, 0, 250_000_000)])
def test_a_passing_refusal_says_when_to_come_again(seconds, whole, nanos):
    told = detail(
        Exhausted("RATE_LIMITED", "Slower.", retry_after_seconds=seconds).status("gateway.rapport"),
        error_details_pb2.RetryInfo,
    )

    assert (whole, nanos) == (told.retry_delay.seconds, told.retry_delay.nanos)


def test_what_travels_in_headers_stays_small_whatever_was_sent():
    no = Invalid(
        "REQUEST_INVALID",
        "ü" * 100_000,
        violations=[Violation(f"items[{i}]" * 100, "x" * 10_000) for i in range(1_000)],
        name="n" * 100_000,
    )

    assert no.status("profile.rapport").ByteSize() < 16_000


def test_a_refusal_reads_well_in_a_log():
    assert str(Changed("PROFILE_CHANGED", "Read it again.")) == "PROFILE_CHANGED: Read it again."
    assert isinstance(Changed("PROFILE_CHANGED", "Read it again."), Refusal)
