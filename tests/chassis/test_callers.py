"""Who is asking, and how long that holds."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.callers import Caller, acting_as, caller, metadata, sign, verify
from chassis.errors import Unauthenticated
from chassis.tracing import span

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "a secret of the house"
ADA = Caller("shop", "keys/ada", frozenset({"profiles.read", "profiles.write"}), "request-1")

texts = st.text(max_size=40)


@given(st.builds(Caller, texts, texts, st.frozensets(texts, max_size=5), texts))
def test_what_was_signed_is_read_again(someone):
    assert someone == verify(sign(someone, SECRET, NOON), SECRET, NOON)


def test_it_holds_for_a_minute():
    token = sign(ADA, SECRET, NOON)

    assert ADA == verify(token, SECRET, NOON + timedelta(seconds=60))
    for passed in (timedelta(seconds=61), timedelta(days=1), -timedelta(seconds=6)):
        with pytest.raises(Unauthenticated, match="CALLER_STALE"):
            verify(token, SECRET, NOON + passed)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "nonsense",
        "a.b.c",
        "ü.ü",
        sign(ADA, "another secret", NOON),
        sign(ADA, SECRET, NOON)[:-2],
        sign(ADA, SECRET, NOON).partition(".")[0],
        urlsafe_b64encode(b'[1772366400,"rival","keys/x",["*"],""]').decode()
        + "."
        + sign(ADA, SECRET, NOON).partition(".")[2],
    ],
)
def test_what_we_did_not_sign_is_nobody(token):
    with pytest.raises(Unauthenticated, match="CALLER_UNKNOWN"):
        verify(token, SECRET, NOON)


def test_the_running_caller_is_known_within_and_not_outside():
    with acting_as(ADA):
        assert caller() is ADA
    with pytest.raises(LookupError):
        caller()


def test_a_call_carries_the_trace_it_belongs_to():
    assert {"rapport-caller"} == dict(metadata(ADA, SECRET, NOON)).keys()
    with span("somewhere") as trace:
        assert trace.traceparent == dict(metadata(ADA, SECRET, NOON))["traceparent"]
