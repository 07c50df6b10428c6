"""A service's door, over real gRPC: who may come in, what fits, how a no is said, and how it stops."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from prometheus_client import REGISTRY
from rapport.profile.v1 import profile_pb2 as pb
from rapport.profile.v1 import profile_pb2_grpc as stubs

from chassis.callers import Caller, caller, metadata
from chassis.channels import channel
from chassis.errors import NotFound
from chassis.health import serve_health
from chassis.rpc import rpc_server
from chassis.runtime import running
from chassis.telemetry import log_to
from tests.eventually import eventually

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "a secret of the house"
ADA = Caller("shop", "keys/ada", frozenset({"profiles.read"}), "request-1")
HERS = metadata(ADA, SECRET, NOON)
SERVICE = "rapport.profile.v1.ProfileService"
ASKED = pb.GetProfileRequest(name="profiles/1")

GetProfile = Callable[[pb.GetProfileRequest], Awaitable[pb.Profile]]


class Profiles(stubs.ProfileServiceServicer):
    """Answers as each test wants it to."""

    def __init__(self, get_profile: GetProfile) -> None:
        self.get_profile = get_profile

    async def GetProfile(self, request, _):
        return await self.get_profile(request)


@dataclass(frozen=True)
class Service:
    profiles: stubs.ProfileServiceStub
    health: health_pb2_grpc.HealthStub
    reflection: reflection_pb2_grpc.ServerReflectionStub


@asynccontextmanager
async def serving(get_profile: GetProfile, *, most_seconds: float = 30) -> AsyncIterator[Service]:
    server, address = rpc_server(
        "profile.rapport", "127.0.0.1:0", SECRET, clock=lambda: NOON, most_seconds=most_seconds
    )
    stubs.add_ProfileServiceServicer_to_server(Profiles(get_profile), server)
    health = serve_health(server, [SERVICE])
    async with running(server, grace_seconds=5, health=health), channel(address) as to:
        yield Service(
            stubs.ProfileServiceStub(to),
            health_pb2_grpc.HealthStub(to),
            reflection_pb2_grpc.ServerReflectionStub(to),
        )


async def refusal(call: Awaitable[pb.Profile]) -> tuple[grpc.StatusCode, status_pb2.Status]:
    with pytest.raises(grpc.aio.AioRpcError) as no:
        await call
    trailers = dict(no.value.trailing_metadata())
    return no.value.code(), status_pb2.Status.FromString(trailers["grpc-status-details-bin"])


def reason(status: status_pb2.Status) -> str:
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    return info.reason


def calls(code: str) -> float:
    labels = {"method": f"{SERVICE}/GetProfile", "code": code}
    return REGISTRY.get_sample_value("rapport_rpc_calls_total", labels) or 0


@pytest.fixture
def logged() -> list[dict]:
    """What is logged from here on, line by line."""
    lines: list[dict] = []

    class Heard(io.StringIO):
        def write(self, text: str) -> int:
            lines.extend(json.loads(line) for line in text.splitlines())
            return len(text)

    log_to(Heard(), "profile", "json")
    return lines


async def test_a_call_runs_as_its_caller():
    async def whoever(request):
        return pb.Profile(name=f"{caller().workspace} {caller().actor} {request.name}")

    before = calls("OK")
    async with serving(whoever) as service:
        reply = await service.profiles.GetProfile(ASKED, metadata=HERS)

    assert reply.name == "shop keys/ada profiles/1"
    assert before + 1 == calls("OK")


async def test_a_refusal_arrives_with_its_reason_and_facts():
    async def nobody(request):
        raise NotFound("PROFILE_NOT_FOUND", "There is no such profile, désolé.", name=request.name)

    async with serving(nobody) as service:
        code, status = await refusal(service.profiles.GetProfile(ASKED, metadata=HERS))

    assert code is grpc.StatusCode.NOT_FOUND
    assert status.message == "There is no such profile, désolé."
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (info.reason, info.domain, dict(info.metadata)) == (
        "PROFILE_NOT_FOUND",
        "profile.rapport",
        {"name": "profiles/1"},
    )
    assert calls("NOT_FOUND") > 0


async def test_what_does_not_fit_never_reaches_the_method_and_the_field_is_named():
    reached = []

    async def note(request):
        reached.append(request)
        return pb.Profile()

    async with serving(note) as service:
        code, status = await refusal(
            service.profiles.GetProfile(pb.GetProfileRequest(name="x"), metadata=HERS)
        )

    bad = error_details_pb2.BadRequest()
    assert status.details[1].Unpack(bad)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert [each.field for each in bad.field_violations] == ["name"]
    assert reached == []


@pytest.mark.parametrize(
    "shown",
    [
        (),
        (("rapport-caller", "nonsense"),),
        metadata(ADA, "another secret", NOON),
        metadata(ADA, SECRET, NOON - timedelta(minutes=2)),
    ],
    ids=["nothing", "nonsense", "forged", "stale"],
)
async def test_who_was_not_sent_by_the_gateway_stays_outside(shown):
    async def never(_):
        raise AssertionError("it was let in")

    async with serving(never) as service:
        code, status = await refusal(service.profiles.GetProfile(ASKED, metadata=shown))

    assert code is grpc.StatusCode.UNAUTHENTICATED
    assert reason(status) in {"CALLER_UNKNOWN", "CALLER_STALE"}


async def test_a_bug_is_logged_once_with_its_trace_and_shows_nothing(logged):
    async def broken(_):
        raise KeyError("a secret of ours")

    trace_id = "0af7651916cd43dd8448eb211c80319c"
    traced = (*HERS, ("traceparent", f"00-{trace_id}-b7ad6b7169203331-01"))
    async with serving(broken) as service:
        code, status = await refusal(service.profiles.GetProfile(ASKED, metadata=traced))

    assert code is grpc.StatusCode.INTERNAL
    assert (reason(status), status.message) == (
        "INTERNAL",
        "Something broke on our side; it has been logged.",
    )
    assert "secret of ours" not in str(status)
    [line] = [line for line in logged if "failed" in line["event"]]
    assert line["event"] == f"{SERVICE}/GetProfile failed"
    assert "KeyError: 'a secret of ours'" in line["exception"]
    assert (line["trace_id"], line["workspace"], line["request_id"]) == (trace_id, "shop", "request-1")


async def test_nothing_takes_longer_than_we_let_it():
    async def endless(_):
        await asyncio.Event().wait()

    async with serving(endless, most_seconds=0.05) as service:
        code, status = await refusal(service.profiles.GetProfile(ASKED, metadata=HERS))

    assert code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert reason(status) == "TOO_SLOW"


@pytest.mark.parametrize("weather", [TimeoutError(), ConnectionRefusedError("the database is away")])
async def test_weather_is_logged_and_told_as_passing(logged, weather):
    async def unlucky(_):
        raise weather

    async with serving(unlucky) as service:
        code, status = await refusal(service.profiles.GetProfile(ASKED, metadata=HERS))

    again = error_details_pb2.RetryInfo()
    assert code is grpc.StatusCode.UNAVAILABLE
    assert status.details[1].Unpack(again)
    assert again.retry_delay.seconds == 1
    assert [line["level"] for line in logged if "exception" in line] == ["warning"]


async def test_who_hangs_up_stops_the_work(logged):
    began, ended = asyncio.Event(), asyncio.Event()

    async def endless(_):
        try:
            began.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    before = calls("CANCELLED")
    async with serving(endless) as service:
        call = service.profiles.GetProfile(ASKED, metadata=HERS)
        waiting = asyncio.ensure_future(call.code())
        await asyncio.wait_for(began.wait(), 5)
        call.cancel()
        await asyncio.wait_for(ended.wait(), 5)
        assert await waiting is grpc.StatusCode.CANCELLED
        await eventually(before + 1, lambda: calls("CANCELLED"))

    assert [line for line in logged if line["level"] in {"error", "critical"}] == []


async def test_the_callers_own_deadline_stops_the_work():
    ended = asyncio.Event()

    async def endless(_):
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with serving(endless) as service:
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await service.profiles.GetProfile(ASKED, metadata=HERS, timeout=0.1)
        await asyncio.wait_for(ended.wait(), 5)

    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_a_method_that_is_not_built_says_so():
    async with serving(lambda _: None) as service:
        code, status = await refusal(service.profiles.ListProfiles(pb.ListProfilesRequest(), metadata=HERS))

    assert (code, reason(status)) == (grpc.StatusCode.UNIMPLEMENTED, "NOT_BUILT")


async def test_anybody_may_ask_for_health_and_for_what_there_is():
    async with serving(lambda _: None) as service:
        healthy = await service.health.Check(health_pb2.HealthCheckRequest(service=SERVICE))
        ask = reflection_pb2.ServerReflectionRequest(list_services="")
        [listed] = [reply async for reply in service.reflection.ServerReflectionInfo(iter([ask]))]

    assert healthy.status == health_pb2.HealthCheckResponse.SERVING
    assert SERVICE in {each.name for each in listed.list_services_response.service}


async def test_a_message_of_megabytes_passes():
    async def echo(request):
        return pb.Profile(name=request.profile.name, traits=request.profile.traits)

    class Echo(Profiles):
        async def UpdateProfile(self, request, _):
            return await echo(request)

    server, address = rpc_server("profile.rapport", "127.0.0.1:0", SECRET, clock=lambda: NOON)
    stubs.add_ProfileServiceServicer_to_server(Echo(echo), server)
    large = pb.Profile(name="profiles/1", traits=b"{" + b" " * 6_000_000 + b"}")
    async with running(server, grace_seconds=1), channel(address) as to:
        request = pb.UpdateProfileRequest(profile=large)
        reply = await stubs.ProfileServiceStub(to).UpdateProfile(request, metadata=HERS)

    assert reply == large
