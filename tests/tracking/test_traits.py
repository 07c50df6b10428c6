"""What traits can be kept, and that the door says so as well as the service."""

import json

import pytest

from tracking.check import check
from tracking.event import Rejected, Request, read
from tracking.traits import traits_problem

DEEP = []
for _ in range(50):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("traits", "word"),
    [
        ({f"t{n}": n for n in range(501)}, "501"),
        ({"essay": "x" * (32 * 1024 + 1)}, "32 KB"),
        ({"": 1}, "name"),
        ({"n" * 201: 1}, "name"),
        ({"maze": DEEP}, "deep"),
        ({"$consent/email/marketing": "granted"}, "begin"),
    ],
)
def test_traits_that_cannot_be_kept_are_refused_with_a_reason(traits, word):
    assert word in traits_problem(traits)


def test_ordinary_traits_are_no_problem():
    assert traits_problem({"name": "Ada", "address": {"city": "Graz"}, "tags": [1, None]}) is None


@pytest.mark.parametrize("place", ["traits", "context"])
def test_the_door_refuses_what_the_service_could_not_keep(place):
    many = {f"t{n}": n for n in range(501)}
    told = {"traits": many} if place == "traits" else {"context": {"traits": many}}
    body = json.dumps({"type": "identify", "userId": "ada", **told}).encode()

    [rejection] = check("identify", body).rejected
    [rejected] = read(Request("identify", body, 0), "", frozenset())

    assert "501" in rejection.reason
    assert isinstance(rejected, Rejected)
    assert (rejection.field, rejection.reason) == (rejected.field, rejected.reason)


def test_what_a_batch_shares_is_bounded_because_every_event_would_carry_it():
    events = [{"type": "track", "userId": "ada", "event": "Seen"}] * 3
    body = json.dumps({"batch": events, "context": {"note": "x" * 5000}}).encode()

    assert ["context"] * 3 == [one.field for one in check("batch", body).rejected]
    assert all(isinstance(one, Rejected) for one in read(Request("batch", body, 0), "", frozenset()))
