"""One request is found again: in the facts it brought about, in every room's log lines, in its answer."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import nats
import pytest
from rapport.profile.v1 import events_pb2 as events

from chassis.telemetry import Lines, log_to
from tests.conftest import execute
from tests.doors.conftest import House, problem
from tests.eventually import eventually

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SAMPLED, UNSAMPLED = f"00-{TRACE}-00f067aa0ba902b7-01", f"00-{TRACE}-00f067aa0ba902b7-00"
Recorded = dict[str, events.RecordedActivity]


@pytest.fixture
async def recorded(house: House) -> AsyncIterator[Recorded]:
    """What `ActivityRecorded` says of A's events from now on, by the event's name."""
    found: Recorded = {}

    async def hear(message: Any) -> None:
        for each in events.ActivityRecorded.FromString(message.data).activities:
            found[each.event] = each

    connection = await nats.connect(house.nats_url)
    subject = f"{events.ActivityRecorded.DESCRIPTOR.full_name}.{house.a.workspace}"
    await connection.subscribe(subject, cb=hear)
    await connection.flush()
    yield found
    await connection.close()


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """The log lines of the house as a process writes them."""
    stream = io.StringIO()
    log_to(stream, "house", "json")
    yield stream
    root = logging.getLogger()
    for each in [handler for handler in root.handlers if isinstance(handler, Lines)]:
        root.removeHandler(each)
    logging.captureWarnings(capture=False)


def lines(said: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


@asynccontextmanager
async def broken(house: House, breaks: str, mends: str) -> AsyncIterator[None]:
    """Something in the profile service's database is as no code of ours would have it."""
    await execute(house.administrator["profile"], breaks)
    yield
    await execute(house.administrator["profile"], mends)


@pytest.mark.parametrize("call", ["track", "t", "batch", "import"])
async def test_a_sampled_trace_reaches_what_is_told_of_the_event(house: House, recorded: Recorded, call: str):
    for parent, kept in ((SAMPLED, TRACE), (UNSAMPLED, ""), ("nonsense", "")):
        name = f"{call} {parent[-2:]}"
        event = {"type": "track", "userId": "ada", "event": name}
        answer = await house.a.capture(
            call, {"batch": [event]} if call in {"batch", "import"} else event, traceparent=parent
        )
        assert 200 == answer.status_code
        await eventually(True, lambda name=name: name in recorded)
        assert kept == recorded[name].traceparent[3:35]


async def test_a_capture_that_is_refused_says_its_trace_and_its_id(house: House):
    answer = await house.http.post(
        "/v1/track",
        content=b"{",
        auth=(house.a.write, ""),
        headers={"traceparent": UNSAMPLED, "x-request-id": "ticket/42"},
    )
    told = problem(answer)
    assert (400, TRACE, "ticket/42") == (answer.status_code, told["trace_id"], told["request_id"])


@pytest.mark.parametrize("verb", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/v1/workspace", "/v1/profiles", "/v1/track", "/v1/nothing"])
async def test_a_request_id_comes_back(house: House, path: str, verb: str):
    answer = await house.a.ask(verb, path, x_request_id="ticket/42")
    assert "ticket/42" == answer.headers["x-request-id"]
    unfit = await house.a.ask(verb, path, x_request_id="<script>")
    assert "<script>" != unfit.headers.get("x-request-id")


async def test_a_bug_behind_the_gateway_is_found_by_what_its_caller_was_told(house: House, said: io.StringIO):
    await house.a.capture("identify", {"userId": "grace"})
    await eventually(True, lambda: known(house, "user_id:grace"))
    asked = "/v1/profiles:lookup?identifier=user_id:grace"
    bug = ("""UPDATE profile SET computed = '{"bug": 1}'""", "UPDATE profile SET computed = '{}'")
    async with broken(house, *bug):
        answer = await house.a.ask("GET", asked, traceparent=UNSAMPLED, x_request_id="ticket/43")
    told = problem(answer)
    assert (500, TRACE, "ticket/43") == (answer.status_code, told["trace_id"], told["request_id"])
    assert "bug" not in answer.text
    ours = {line["logger"]: line for line in lines(said) if line.get("trace_id") == TRACE}
    assert {"gateway.asgi", "chassis.rpc"} == ours.keys()
    assert {"ticket/43"} == {line["request_id"] for line in ours.values()}
    assert {house.a.workspace} == {line["workspace"] for line in ours.values()}
    assert "rapport.profile.v1.ProfileService/LookupProfile failed" == ours["chassis.rpc"]["event"]
    assert "TypeError" in ours["chassis.rpc"]["exception"]
    assert await known(house, "user_id:grace")


async def known(house: House, identifier: str) -> bool:
    return await house.a.profile(identifier) is not None


async def test_an_event_that_was_parked_keeps_its_trace_until_it_is_replayed(
    house: House, said: io.StringIO, recorded: Recorded
):
    bug = (
        "ALTER TABLE consent ADD CONSTRAINT bug CHECK (purpose <> 'poison')",
        "ALTER TABLE consent DROP CONSTRAINT bug",
    )
    poison = {"traits": {"consent": {"email": {"poison": True}}}, "userId": "ada"}
    async with broken(house, *bug):
        assert 200 == (await house.a.capture("identify", poison, traceparent=SAMPLED)).status_code
        await house.a.capture("track", {"userId": "ada", "event": "Neighbour"})
        await eventually(True, lambda: "Neighbour" in recorded)
    [parked] = await house.rows("profile", "SELECT headers->>'traceparent' AS parent FROM parked")
    assert TRACE == parked["parent"][3:35]
    assert any("parks an item" in line["event"] for line in lines(said))
    recorded.clear()
    await execute(house.administrator["profile"], "UPDATE parked SET replay_at = now()")
    await eventually([TRACE], lambda: [each.traceparent[3:35] for each in recorded.values()])
