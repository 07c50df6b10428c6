"""Refusals as problem documents."""

import orjson
import pytest
from google.protobuf.any_pb2 import Any
from google.rpc import code_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Denied, Exhausted, Invalid, NotFound, Unauthenticated, Violation
from gateway.errors import no_route, problem, status_from_trailers


def shown(refusal, **context):
    status, headers, body = problem(refusal.status("profile.rapport"), **context)
    return status, dict(headers), orjson.loads(body)


def test_a_refusal_tells_its_reason_and_what_to_do():
    refusal = NotFound("PROFILE_NOT_FOUND", "There is no such profile.", name="profiles/1")
    status, headers, body = shown(refusal, request_id="r", trace_id="t")
    assert (404, b"application/problem+json") == (status, headers[b"content-type"])
    assert body == {
        "type": "/docs/errors#PROFILE_NOT_FOUND",
        "title": "Profile not found",
        "status": 404,
        "detail": "There is no such profile.",
        "code": "NOT_FOUND",
        "reason": "PROFILE_NOT_FOUND",
        "domain": "profile.rapport",
        "metadata": {"name": "profiles/1"},
        "request_id": "r",
        "trace_id": "t",
    }


def test_violations_name_their_fields():
    refusal = Invalid("REQUEST_UNREADABLE", "No.", violations=[Violation("consent.channel", "is required")])
    assert [{"field": "consent.channel", "description": "is required"}] == shown(refusal)[2]["violations"]


def test_who_must_wait_is_told_how_long():
    refusal = Exhausted("RATE_LIMITED", "Slow down.", retry_after_seconds=1.2)
    status, headers, _ = shown(refusal)
    assert (429, b"2") == (status, headers[b"retry-after"])


def test_who_shows_no_key_is_told_how_to():
    assert (
        b'Bearer realm="Rapport"'
        == shown(Unauthenticated("API_KEY_INVALID", "No key."))[1][b"www-authenticate"]
    )


@pytest.mark.parametrize(
    ("code", "http"),
    [
        ("FAILED_PRECONDITION", 400),
        ("ABORTED", 409),
        ("CANCELLED", 499),
        ("DEADLINE_EXCEEDED", 504),
        ("UNAVAILABLE", 503),
    ],
)
def test_canonical_codes_have_their_status(code, http):
    status, _, body = problem(status_pb2.Status(code=code_pb2.Code.Value(code), message="x"))
    assert (http, http, code) == (status, orjson.loads(body)["status"], orjson.loads(body)["code"])


def test_every_canonical_code_is_a_problem():
    for code in code_pb2.Code.values():
        assert problem(status_pb2.Status(code=code)).status >= 400


def test_a_path_that_is_nowhere_and_a_verb_that_is_not_there():
    assert 404 == shown(no_route(()))[0]
    status, headers, _ = shown(no_route(("GET", "PATCH")))
    assert (405, b"GET, PATCH") == (status, headers[b"allow"])


def test_a_body_that_is_too_large_has_its_own_status():
    assert 413 == shown(Invalid("BODY_TOO_LARGE", "At most 1 MB."))[0]
    assert 403 == shown(Denied("SCOPE_MISSING", "No."))[0]


@given(
    st.integers(-(2**31), 2**31 - 1),
    st.binary(),
    st.sampled_from(["ErrorInfo", "BadRequest", "RetryInfo", "Odd"]),
)
def test_broken_details_still_make_a_problem(code, value, kind):
    detail = Any(type_url=f"type.googleapis.com/google.rpc.{kind}", value=value)
    made = problem(status_pb2.Status(code=code, details=[detail]))
    assert 400 <= orjson.loads(made.body)["status"] < 600


def test_a_status_comes_back_from_its_trailer():
    sent = NotFound("ORDER_NOT_FOUND", "No such order.").status("profile.rapport")
    trailers = [("x", "y"), ("grpc-status-details-bin", sent.SerializeToString())]
    assert sent == status_from_trailers(trailers)
    assert status_from_trailers([("grpc-status-details-bin", b"\xff\xff")]) is None
    assert status_from_trailers([]) is None
