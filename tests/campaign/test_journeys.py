"""Journeys over real gRPC: drafts, versions, what is held and ended, and runs that go to another version."""

import itertools
from contextlib import asynccontextmanager
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import campaign_pb2_grpc as stubs
from rapport.campaign.v1 import journeys_pb2 as resources

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.db import Database
from chassis.rpc import rpc_server
from chassis.runtime import running
from chassis.serving import answered_by
from conditions.forms import from_json
from services.campaign.domain.machine import RunState, Wait, Waiting
from services.campaign.rpc.journeys import Journeys
from services.campaign.rpc.versions import Versions
from services.campaign.store import journeys, runs, templates
from tests.campaign.domain.world import HOUR, NOON, START, bought, branch, delay, send, wait
from tests.profile.house import Hands, Refused, refused

SECRET = "a secret of the house"
NUMBERS = itertools.count(1)
State = resources.Journey.State
Code = grpc.StatusCode


class House:
    def __init__(self, db: Database, service, clock: Hands) -> None:
        self.db, self.service, self.clock = db, service, clock

    async def ask(self, request: Message, workspace="demo"):
        method = getattr(self.service, request.DESCRIPTOR.name.removesuffix("Request"))
        caller = Caller(workspace, "keys/ada", frozenset(), f"request-{next(NUMBERS)}")
        return await method(request, metadata=metadata(caller, SECRET, self.clock()))

    async def refusal(self, request: Message, workspace="demo") -> Refused:
        with pytest.raises(grpc.aio.AioRpcError) as told:
            await self.ask(request, workspace)
        return refused(told.value)

    async def create(self, slug="hello", *steps, workspace="demo", **more) -> resources.Journey:
        return await self.ask(pb.CreateJourneyRequest(journey=journey(slug, *steps, **more)), workspace)

    async def live(self, slug="hello", *steps, **more) -> resources.Journey:
        """Made or drawn anew, and put in force."""
        if (await self.answer(pb.GetJourneyRequest(name=f"journeys/{slug}"))) is None:
            await self.create(slug, *steps, **more)
        else:
            await self.update(slug, *steps, **more)
        return await self.ask(pb.PublishJourneyRequest(name=f"journeys/{slug}"))

    async def update(self, slug, *steps, mask=(), **more) -> resources.Journey:
        said = journey(slug, *steps, **more)
        wanted = FieldMask(paths=mask) if mask else None
        return await self.ask(pb.UpdateJourneyRequest(journey=said, update_mask=wanted))

    async def journey(self, slug="hello") -> resources.Journey:
        return await self.ask(pb.GetJourneyRequest(name=f"journeys/{slug}"))

    async def answer(self, request):
        try:
            return await self.ask(request)
        except grpc.aio.AioRpcError:
            return None

    async def sql(self, statement, *arguments, workspace="demo"):
        async with self.db.begin(workspace) as tx:
            return await (await tx.raw()).fetch(statement, *arguments)

    async def template(self, slug="hello", workspace="demo") -> None:
        async with self.db.begin(workspace) as tx:
            values = templates.Values(slug, 1, b"", "", None)
            assert await templates.create(await tx.raw(), workspace, slug, values, NOON, channel=1)

    async def segment(self, slug) -> None:
        await self.sql(
            "INSERT INTO segment_known (workspace, segment, display_name, time_us, live) "
            "VALUES ('demo', $1, '', 0, true)",
            f"segments/{slug}",
        )

    async def acting(self, workspace="demo") -> dict[tuple[str, int], tuple[str, bool]]:
        async with self.db.begin(workspace) as tx:
            rows = await journeys.acting(await tx.raw(), workspace)
        return {(row["journey"], row["version"]): (row["state"], row["newest"]) for row in rows}

    async def revision(self, workspace="demo") -> int:
        async with self.db.begin(()) as tx:
            return (await journeys.revisions(await tx.raw(), [workspace])).get(workspace, 0)

    async def walking(self, slug, version, *waits: tuple[str, Wait | None], workspace="demo") -> list[UUID]:
        """Customers on their way, each at a step."""
        made = [run_at(number, slug, version, *at) for number, at in zip(NUMBERS, waits, strict=False)]
        async with self.db.begin(workspace) as tx:
            connection = await tx.raw()
            for run in made:
                await connection.execute(CONTACT, workspace, run.profile_key, UUID(int=run.profile_key))
            await runs.insert(connection, workspace, made)
        return [run.id for run in made]

    async def run(self, id: UUID) -> runs.Run:
        return runs.run((await self.sql("SELECT * FROM run WHERE id = $1", id))[0])

    async def due(self) -> dict[UUID, int]:
        return {row["run"]: row["due_us"] for row in await self.sql("SELECT * FROM run_due")}


def run_at(number: int, slug: str, version: int, step: str, wait: Wait | None) -> runs.Run:
    send = UUID(int=1000 + number) if wait and wait.kind is Waiting.SEND else None
    profile = f"profiles/{UUID(int=number)}"
    state = RunState(
        UUID(int=number), slug, profile, START, step, {step: 1}, START, wait, None, awaits_send=send
    )
    return runs.Run(state, version, number, number, "", 0, START, "", b"{}", "")


def journey(slug, *steps, **more) -> resources.Journey:
    graph = {name: more.pop(name) for name in ("triggers", "entry", "goal", "exits") if name in more}
    drawn = from_json(graph | {"steps": list(steps)}, resources.Graph()) if steps or graph else None
    return resources.Journey(name=f"journeys/{slug}", graph=drawn, **more)


@asynccontextmanager
async def answering(db: Database, clock: Hands):
    rooms = Journeys(db, clock), Versions(db, clock)
    service = answered_by(stubs.CampaignServiceServicer(), *rooms)
    server, address = rpc_server("campaign.rapport", "127.0.0.1:0", SECRET, clock=clock)
    stubs.add_CampaignServiceServicer_to_server(service, server)
    async with running(server, grace_seconds=0) as failed, channel(address) as to:
        yield House(db, stubs.CampaignServiceStub(to), clock)
        assert not failed.done()


@pytest.fixture
async def house(database):
    clock = Hands()
    async with (
        Database.open((await database("campaign")).url, clock=clock) as db,
        answering(db, clock) as house,
    ):
        yield house


BY_HAND = "triggers is empty: customers come in by hand only"
TRIGGERS = [{"event": bought()}]
CONTACT = """
INSERT INTO contact (workspace, key, profile, revision, identifiers, traits, computed, erased)
VALUES ($1, $2, $3, 1, '{}', '{}', '{}', false)
"""


async def test_a_journey_is_made_as_a_draft(house):
    made = await house.create("hello", delay("later"), display_name="Hello", description="Says hello.")

    assert ("journeys/hello", "Hello", "Says hello.", State.DRAFT) == (
        made.name,
        made.display_name,
        made.description,
        made.state,
    )
    assert ("", True, 0, "1", [BY_HAND]) == (
        made.version,
        made.draft_changed,
        made.active_run_count,
        made.etag,
        [*made.warnings],
    )
    assert journey("hello", delay("later")).graph == made.graph
    assert NOON == made.create_time.ToDatetime(NOON.tzinfo)
    assert made == await house.journey()


async def test_a_draft_may_be_empty_and_its_warnings_say_what_is_missing(house):
    made = await house.create("hello")
    assert ["steps is empty; give at least one step", BY_HAND] == [*made.warnings]


async def test_a_name_is_given_once(house):
    await house.create()
    no = await house.refusal(pb.CreateJourneyRequest(journey=journey("hello")))
    assert (Code.ALREADY_EXISTS, "NAME_TAKEN") == (no.code, no.reason)


async def test_a_request_is_answered_once(house):
    request = pb.CreateJourneyRequest(journey=journey("hello"), request_id="one")
    made = await house.ask(request)
    assert made == await house.ask(request)
    await house.ask(pb.DeleteJourneyRequest(name="journeys/hello"))
    assert made == await house.ask(request)
    other = pb.CreateJourneyRequest(journey=journey("other"), request_id="one")
    assert "REQUEST_ID_REUSED" == (await house.refusal(other)).reason


async def test_what_only_segments_know_is_refused_when_a_draft_is_saved(house):
    asks = {"event": {"events": {"names": ["Order Completed"]}}}
    drawn = journey("hello", branch("one", "", (asks, "")), entry={"not": asks})
    no = await house.refusal(pb.CreateJourneyRequest(journey=drawn))
    assert (Code.INVALID_ARGUMENT, "CONDITION_INVALID") == (no.code, no.reason)
    assert "put it into a segment and name that segment here" in no.sentence
    assert {
        "journey.graph.entry.not.event",
        "journey.graph.steps[0].branch.paths[0].condition.event",
    } == {*no.fields}
    await house.create("hello")
    assert "CONDITION_INVALID" == (await house.refusal(pb.UpdateJourneyRequest(journey=drawn))).reason


async def test_what_cannot_be_kept_is_refused(house):
    no = await house.refusal(pb.CreateJourneyRequest(journey=journey("hello", display_name="a\0b")))
    assert (Code.INVALID_ARGUMENT, ["journey.display_name"]) == (no.code, [*no.fields])
    no = await house.refusal(
        pb.CreateJourneyRequest(journey=journey("hello", blueprint="blueprints/welcome"))
    )
    assert Code.UNIMPLEMENTED == no.code
    for name in ("journeys/a\0b", "journeys/gone"):
        no = await house.refusal(pb.GetJourneyRequest(name=name))
        assert (Code.NOT_FOUND, "JOURNEY_NOT_FOUND") == (no.code, no.reason)


async def test_journeys_are_listed_by_name_and_state(house):
    for slug in ("c", "a", "b"):
        await house.create(slug, delay("later"))
    await house.ask(pb.PublishJourneyRequest(name="journeys/b"))

    first = await house.ask(pb.ListJourneysRequest(page_size=2))
    then = await house.ask(pb.ListJourneysRequest(page_size=2, page_token=first.next_page_token))
    assert ["journeys/a", "journeys/b"] == [each.name for each in first.journeys]
    assert (["journeys/c"], "") == ([each.name for each in then.journeys], then.next_page_token)
    assert [await house.journey("a"), await house.journey("b")] == [*first.journeys]

    live = await house.ask(pb.ListJourneysRequest(state=State.LIVE))
    assert ["journeys/b"] == [each.name for each in live.journeys]
    no = await house.refusal(pb.ListJourneysRequest(page_token="bm9uc2Vuc2U"))
    assert "PAGE_TOKEN_INVALID" == no.reason


async def test_an_update_writes_what_its_mask_names(house):
    await house.create("hello", delay("later"), display_name="Hello", description="Says hello.")
    house.clock.forward(minutes=1)

    changed = await house.update("hello", delay("soon"), mask=["display_name", "graph"])
    assert ("", "Says hello.", "2", ["soon"]) == (
        changed.display_name,
        changed.description,
        changed.etag,
        [step.id for step in changed.graph.steps],
    )
    assert changed.update_time.seconds - changed.create_time.seconds == 60
    # Saying the same again changes nothing.
    assert changed == await house.update("hello", delay("soon"), mask=["graph"])
    no = await house.refusal(
        pb.UpdateJourneyRequest(journey=journey("hello"), update_mask=FieldMask(paths=["state"]))
    )
    assert "FIELD_NOT_WRITABLE" == no.reason


async def test_a_lost_update_is_refused(house):
    await house.create("hello", delay("later"))
    await house.update("hello", etag="1", display_name="Once")
    no = await house.refusal(
        pb.UpdateJourneyRequest(journey=journey("hello", etag="1", display_name="Twice"))
    )
    assert (Code.ABORTED, "RESOURCE_CHANGED") == (no.code, no.reason)
    no = await house.refusal(pb.PublishJourneyRequest(name="journeys/hello", etag="1"))
    assert "RESOURCE_CHANGED" == no.reason
    assert State.LIVE == (await house.ask(pb.PublishJourneyRequest(name="journeys/hello", etag="2"))).state


async def test_publishing_puts_the_draft_in_force(house):
    await house.create("hello", delay("later"), triggers=TRIGGERS)
    published = await house.ask(pb.PublishJourneyRequest(name="journeys/hello"))
    assert (State.LIVE, "journeys/hello/versions/1", False, []) == (
        published.state,
        published.version,
        published.draft_changed,
        [*published.warnings],
    )

    changed = await house.update("hello", delay("soon"), triggers=TRIGGERS)
    assert ("journeys/hello/versions/1", True) == (changed.version, changed.draft_changed)
    again = await house.ask(pb.PublishJourneyRequest(name="journeys/hello"))
    assert ("journeys/hello/versions/2", False) == (again.version, again.draft_changed)

    versions = (await house.ask(pb.ListJourneyVersionsRequest(parent="journeys/hello"))).versions
    assert ["journeys/hello/versions/2", "journeys/hello/versions/1"] == [each.name for each in versions]
    assert [["soon"], ["later"]] == [[step.id for step in each.graph.steps] for each in versions]
    assert {"keys/ada"} == {each.publisher for each in versions}
    for each in versions:
        assert each == await house.ask(pb.GetJourneyVersionRequest(name=each.name))


async def test_publishing_what_is_in_force_makes_no_version(house):
    live = await house.live("hello", delay("later"))
    assert live == await house.ask(pb.PublishJourneyRequest(name="journeys/hello"))


async def test_a_broken_graph_is_not_published(house):
    await house.template("hello")
    steps = delay("later", "gone"), send("hello"), send("bye")
    drawn = journey("hello", *steps, triggers=[{"segment_entered": "segments/vip"}])
    drawn.graph.steps[2].send.variants[0].template = "templates/bye"
    made = await house.ask(pb.CreateJourneyRequest(journey=drawn))

    no = await house.refusal(pb.PublishJourneyRequest(name="journeys/hello"))
    assert (Code.FAILED_PRECONDITION, "GRAPH_INVALID") == (no.code, no.reason)
    assert [
        "graph.triggers[0].segment_entered",
        "graph.steps[2].send.variants[0].template",
        "graph.steps[0].next",
    ] == no.fields
    told = "triggers[0].segment_entered 'segments/vip' is no segment; publish the segment first"
    assert f"{told}. 2 more things are wrong." == no.sentence
    assert {told, "steps[0].next 'gone' is no step"} <= {*made.warnings}
    assert (State.DRAFT, "") == ((await house.journey()).state, (await house.journey()).version)

    await house.template("bye")
    await house.segment("vip")
    await house.update(
        "hello", delay("later", "hello"), send("hello"), triggers=[{"segment_entered": "segments/vip"}]
    )
    assert State.LIVE == (await house.ask(pb.PublishJourneyRequest(name="journeys/hello"))).state


async def test_a_journey_that_was_never_published_can_be_deleted(house):
    await house.create("draft")
    await house.ask(pb.DeleteJourneyRequest(name="journeys/draft"))
    assert "JOURNEY_NOT_FOUND" == (await house.refusal(pb.GetJourneyRequest(name="journeys/draft"))).reason
    await house.live("hello", delay("later"))
    no = await house.refusal(pb.DeleteJourneyRequest(name="journeys/hello"))
    assert (Code.FAILED_PRECONDITION, "JOURNEY_STATE_FORBIDS") == (no.code, no.reason)


async def test_pausing_holds_and_resuming_looks_at_every_run(house):
    await house.live("hello", delay("later"))
    (run,) = await house.walking("hello", 1, ("later", Wait(Waiting.TIME, START + HOUR)))
    held = await house.ask(pb.PauseJourneyRequest(name="journeys/hello"))
    assert (State.PAUSED, 1) == (held.state, held.active_run_count)
    assert held == await house.ask(pb.PauseJourneyRequest(name="journeys/hello"))
    assert {("hello", 1): ("PAUSED", True)} == await house.acting()

    # What is published meanwhile is in force, and still held.
    await house.update("hello", delay("soon"))
    assert State.PAUSED == (await house.ask(pb.PublishJourneyRequest(name="journeys/hello"))).state

    assert {} == await house.due()
    house.clock.forward(hours=5)
    again = await house.ask(pb.ResumeJourneyRequest(name="journeys/hello"))
    assert (State.LIVE, "journeys/hello/versions/2") == (again.state, again.version)
    assert {run: START + 5 * HOUR} == await house.due()
    assert again == await house.ask(pb.ResumeJourneyRequest(name="journeys/hello"))


async def test_archiving_ends_a_journey_for_good(house):
    await house.live("hello", delay("later"))
    (run,) = await house.walking("hello", 1, ("later", Wait(Waiting.TIME, START + HOUR)))
    over = await house.ask(pb.ArchiveJourneyRequest(name="journeys/hello"))
    assert State.ARCHIVED == over.state
    assert over == await house.ask(pb.ArchiveJourneyRequest(name="journeys/hello"))
    # Each run is looked at, and the version is there until the last one is over.
    assert {run: START} == await house.due()
    assert {("hello", 1): ("ARCHIVED", True)} == await house.acting()
    await house.sql("UPDATE run SET end_us = 1")
    assert {} == await house.acting()
    for request in (
        pb.UpdateJourneyRequest(journey=journey("hello", display_name="x")),
        pb.PublishJourneyRequest(name="journeys/hello"),
        pb.PauseJourneyRequest(name="journeys/hello"),
        pb.ResumeJourneyRequest(name="journeys/hello"),
        pb.DeleteJourneyRequest(name="journeys/hello"),
    ):
        no = await house.refusal(request)
        assert "JOURNEY_STATE_FORBIDS" == no.reason
        assert "journeys/hello is ARCHIVED" in no.sentence


async def test_a_draft_is_neither_held_nor_ended(house):
    await house.create()
    for kind in (pb.PauseJourneyRequest, pb.ResumeJourneyRequest, pb.ArchiveJourneyRequest):
        no = await house.refusal(kind(name="journeys/hello"))
        assert "JOURNEY_STATE_FORBIDS" == no.reason
        assert "journeys/hello is DRAFT" in no.sentence


async def test_whoever_holds_definitions_hears_of_every_change_of_them(house):
    assert 0 == await house.revision()
    await house.create("hello", delay("later"))
    assert 0 == await house.revision()
    for number, kind in enumerate(
        (pb.PublishJourneyRequest, pb.PauseJourneyRequest, pb.ResumeJourneyRequest, pb.ArchiveJourneyRequest),
        1,
    ):
        await house.ask(kind(name="journeys/hello"))
        assert (number, 0) == (await house.revision(), await house.revision("other"))


async def test_versions_act_as_long_as_a_run_goes_by_them(house):
    await house.template("hello")
    await house.live("hello", send("hello"))
    await house.walking("hello", 1, ("hello", Wait(Waiting.SEND)))
    await house.live("hello", delay("later"))
    await house.live("hello", delay("soon"))
    await house.create("draft", delay("later"))
    assert {("hello", 1): ("LIVE", False), ("hello", 3): ("LIVE", True)} == await house.acting()

    async with house.db.begin("demo") as tx:
        assert ["journeys/hello"] == await journeys.senders(await tx.raw(), "demo", "templates/hello")
    await house.sql("UPDATE run SET end_us = 1")
    assert {("hello", 3): ("LIVE", True)} == await house.acting()
    async with house.db.begin("demo") as tx:
        assert [] == await journeys.senders(await tx.raw(), "demo", "templates/hello")


async def test_runs_on_their_way_are_counted_by_journey_and_version(house):
    await house.live("hello", delay("later"))
    at = "later", Wait(Waiting.TIME, START + HOUR)
    first, *_ = await house.walking("hello", 1, at, at, at)
    await house.live("hello", delay("soon"))
    await house.walking("hello", 2, ("soon", Wait(Waiting.TIME, START + HOUR)))
    await house.sql("UPDATE run SET end_us = 1 WHERE id = $1", first)
    assert 3 == (await house.journey()).active_run_count
    versions = (await house.ask(pb.ListJourneyVersionsRequest(parent="journeys/hello"))).versions
    assert [1, 2] == [each.active_run_count for each in versions]


async def test_versions_come_in_pages_and_there_is_none_that_never_was(house):
    for id in ("one", "two", "three"):
        await house.live("hello", delay(id))
    first = await house.ask(pb.ListJourneyVersionsRequest(parent="journeys/hello", page_size=2))
    then = await house.ask(
        pb.ListJourneyVersionsRequest(parent="journeys/hello", page_size=2, page_token=first.next_page_token)
    )
    assert [2, 1] == [len(first.versions), len(then.versions)]
    for number in ("4", "0", "x", "99999999999", "1\0"):
        no = await house.refusal(pb.GetJourneyVersionRequest(name=f"journeys/hello/versions/{number}"))
        assert no.reason in {"VERSION_NOT_FOUND", "JOURNEY_NOT_FOUND"}


async def test_runs_are_taken_to_the_version_in_force_by_an_explicit_mapping(house):
    await house.template("hello")
    steps = delay("later"), wait("order"), send("hello"), delay("other")
    await house.live(
        "hello",
        *(each | {"next": after} for each, after in zip(steps, ("order", "hello", "other", ""), strict=True)),
    )
    later, order, message, other = await house.walking(
        "hello",
        1,
        ("later", Wait(Waiting.TIME, START + HOUR)),
        ("order", Wait(Waiting.EVENT, START + HOUR)),
        ("hello", Wait(Waiting.SEND)),
        ("other", Wait(Waiting.TIME, START + HOUR)),
    )
    await house.live("hello", delay("pause", "greet"), send("greet"))
    request = pb.MigrateRunsRequest(
        name="journeys/hello",
        version="journeys/hello/versions/1",
        steps={"later": "pause", "order": "pause", "hello": "greet"},
        dry_run=True,
    )
    house.clock.forward(minutes=10)
    now = START + HOUR // 6

    tried = await house.ask(request)
    assert (3, 1) == (tried.migrated_count, tried.remaining_count)
    assert 1 == (await house.run(later)).version

    request.dry_run, request.request_id = False, "once"
    done = await house.ask(request)
    assert (3, 1) == (done.migrated_count, done.remaining_count)
    # She waits as long as she would have.
    run = await house.run(later)
    assert (2, "pause", Wait(Waiting.TIME, START + HOUR)) == (run.version, run.state.step, run.state.wait)
    # Another kind of wait begins anew.
    run = await house.run(order)
    assert (2, "pause", None, now) == (run.version, run.state.step, run.state.wait, run.state.step_since_us)
    # The message that is on its way is the one she waits for.
    run = await house.run(message)
    assert (2, "greet", UUID(int=1000 + message.int)) == (run.version, run.state.step, run.state.awaits_send)
    assert (1, "other") == ((await house.run(other)).version, (await house.run(other)).state.step)
    assert {later: now, order: now} == await house.due()
    visits = await house.sql("SELECT run, step, place, outcome, end_us FROM visit ORDER BY run, place")
    assert [
        (later, "later", 0, "migrated", now),
        (later, "pause", 1, "", None),
        (order, "order", 0, "migrated", now),
        (message, "hello", 0, "migrated", now),
        (message, "greet", 1, "", None),
    ] == [tuple(row) for row in visits]

    assert done == await house.ask(request)
    versions = (await house.ask(pb.ListJourneyVersionsRequest(parent="journeys/hello"))).versions
    assert [3, 1] == [each.active_run_count for each in versions]


async def test_many_runs_go_over_some_at_a_time(house, monkeypatch):
    monkeypatch.setattr("services.campaign.rpc.versions.AT_A_TIME", 2)
    await house.live("hello", delay("later"))
    await house.walking("hello", 1, *[("later", Wait(Waiting.TIME, START + HOUR))] * 5)
    await house.live("hello", delay("later", duration="60s"))
    request = pb.MigrateRunsRequest(
        name="journeys/hello", version="journeys/hello/versions/1", steps={"later": "later"}
    )
    reply = await house.ask(request)
    assert (5, 0) == (reply.migrated_count, reply.remaining_count)
    assert {("hello", 2): ("LIVE", True)} == await house.acting()
    assert [] == await house.sql("SELECT 1 FROM visit")


async def test_a_mapping_names_steps_that_are_there(house):
    await house.template("hello")
    await house.live("hello", delay("later", "hello"), send("hello"))
    await house.live("hello", delay("soon"))
    request = pb.MigrateRunsRequest(
        name="journeys/hello",
        version="journeys/hello/versions/1",
        steps={"gone": "soon", "later": "lost", "hello": "soon"},
    )
    no = await house.refusal(request)
    assert (Code.INVALID_ARGUMENT, "MAPPING_INVALID") == (no.code, no.reason)
    assert {"steps.gone", "steps.later", "steps.hello"} == {*no.fields}

    for version, reason in (
        ("journeys/hello/versions/2", "MAPPING_INVALID"),
        ("journeys/hello/versions/3", "VERSION_NOT_FOUND"),
        ("journeys/other/versions/1", "JOURNEY_NOT_FOUND"),
    ):
        request.version = version
        assert reason == (await house.refusal(request)).reason
    await house.live("other", delay("later"))
    assert "VERSION_NOT_FOUND" == (await house.refusal(request)).reason


async def test_a_workspace_sees_its_own_journeys_only(house):
    await house.live("hello", delay("later"))
    assert [] == [*(await house.ask(pb.ListJourneysRequest(), "other")).journeys]
    for request in (
        pb.GetJourneyRequest(name="journeys/hello"),
        pb.UpdateJourneyRequest(journey=journey("hello", display_name="x")),
        pb.DeleteJourneyRequest(name="journeys/hello"),
        pb.PublishJourneyRequest(name="journeys/hello"),
        pb.PauseJourneyRequest(name="journeys/hello"),
        pb.ResumeJourneyRequest(name="journeys/hello"),
        pb.ArchiveJourneyRequest(name="journeys/hello"),
        pb.GetJourneyVersionRequest(name="journeys/hello/versions/1"),
        pb.ListJourneyVersionsRequest(parent="journeys/hello"),
        pb.MigrateRunsRequest(
            name="journeys/hello", version="journeys/hello/versions/1", steps={"later": "later"}
        ),
    ):
        assert "JOURNEY_NOT_FOUND" == (await house.refusal(request, "other")).reason
    assert {} == await house.acting("other")
    # A name is taken in one workspace alone, and what a template there is called is nobody else's to send.
    await house.template("bye", workspace="demo")
    made = await house.create("hello", send("hello"), workspace="other")
    assert State.DRAFT == made.state
    assert (
        "GRAPH_INVALID"
        == (await house.refusal(pb.PublishJourneyRequest(name="journeys/hello"), "other")).reason
    )
    assert State.LIVE == (await house.journey()).state


async def test_a_journey_whose_mail_could_not_go_out_says_so_before_it_is_published(house):
    await house.template()
    made = await house.create("hello", send("news"))
    said = [
        each for each in made.warnings if each.startswith("steps[0].send.variants[0].template cannot go out")
    ]
    assert ["channels/email has no sender"] == [each.split(": ")[1] for each in said]
