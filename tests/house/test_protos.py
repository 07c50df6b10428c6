"""The protos are the only description of the outside: they are complete, of one style, and generated."""

import re
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import protovalidate
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, EnumDescriptor, MethodDescriptor

from gateway import options
from gateway.comments import read_comments
from gateway.routes import read_routes, routes_of, services
from gateway.template import parse
from tools import asyncapi

ROOT = Path(__file__).parents[2]
DESCRIPTORS = (ROOT / "gen" / "descriptors.binpb").read_bytes()
COMMENTS = read_comments(DESCRIPTORS)
FILES = [file for file in asyncapi.modules(DESCRIPTORS) if file.package.startswith("rapport.")]
PACKAGES = {file.package for file in FILES}
METHODS = [method for service in services(DESCRIPTORS) for method in service.methods]
BUILT = [method for method in METHODS if not options.planned(method)]
# What strangers can ask. The others are asked by the gateway's own doors.
PUBLIC = [method for method in METHODS if not options.internal(method)]
INTERNAL = [method for method in METHODS if options.internal(method)]


def verb(method: MethodDescriptor) -> str:
    return options.http(method).WhichOneof("pattern") or ""


def fields(message: Descriptor | None) -> dict[str, object]:
    assert message is not None
    return dict(message.fields_by_name)


def by_name(method: MethodDescriptor) -> str:
    return f"{method.containing_service.name}.{method.name}"


def messages() -> Iterator[Descriptor]:
    """Every message of ours, those within others too."""
    waiting = [message for file in FILES for message in file.message_types_by_name.values()]
    while waiting:
        message = waiting.pop()
        waiting.extend(message.nested_types)
        if not message.GetOptions().map_entry:
            yield message


def facts() -> list[Descriptor]:
    """Messages of events.proto that are no part of another."""
    items = {field.message_type for message in messages() for field in message.fields}
    return [
        message
        for file in FILES
        if file.name.endswith("/events.proto")
        for message in file.message_types_by_name.values()
        if message not in items
    ]


def run(*command: str | Path) -> str:
    """What a command says when it fails; nothing when it does not."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


BUF = Path(sysconfig.get_path("scripts")) / "buf"


# As files


def test_buf_has_nothing_to_say():
    assert run(BUF, "lint", "gen/descriptors.binpb") == ""


def test_the_protos_are_formatted():
    assert run(BUF, "format", "--diff", "--exit-code", "protos") == ""


def test_the_generated_code_is_fresh():
    assert run(sys.executable, "tools/protos.py", "--check") == ""


def test_every_generated_module_can_be_imported():
    for path in sorted((ROOT / "gen").rglob("*_pb2*.py")):
        import_module(".".join(path.relative_to(ROOT / "gen").with_suffix("").parts))


# As methods


@pytest.mark.parametrize("method", PUBLIC, ids=by_name)
def test_a_method_states_its_path(method):
    assert verb(method) in {"get", "post", "patch", "delete"}


@pytest.mark.parametrize("method", INTERNAL, ids=by_name)
def test_an_internal_method_has_no_path(method):
    assert not verb(method)


@pytest.mark.parametrize("method", METHODS, ids=by_name)
def test_a_method_states_scope_and_meaning(method):
    assert re.fullmatch(r"[a-z_]+\.(read|write)", options.scope(method))
    assert COMMENTS.get(method.full_name, "").endswith(".")


@pytest.mark.parametrize("method", METHODS, ids=by_name)
def test_only_a_scope_that_writes_can_change_something(method):
    reads = options.scope(method).endswith(".read")
    assert not (reads and verb(method) in {"patch", "delete"})
    assert reads or verb(method) != "get"


def test_no_two_methods_share_a_path_the_planned_ones_included():
    rules = [options.http(method) for method in METHODS]
    bindings = [binding for rule in rules for binding in (rule, *rule.additional_bindings)]
    doors = Counter(
        (kind, parse(getattr(binding, kind)).path(["*"] * 16))
        for binding in bindings
        if (kind := binding.WhichOneof("pattern"))
    )
    assert [door for door, times in doors.items() if times > 1] == []


@pytest.mark.parametrize("service", [*services(DESCRIPTORS)], ids=lambda service: service.name)
def test_the_gateway_can_stand_behind_every_method_of(service, monkeypatch):
    monkeypatch.setattr(options, "planned", lambda _: False)
    bound = {route.method.full_name for route in routes_of(service)}
    assert bound == {method.full_name for method in service.methods if not options.internal(method)}


def test_what_is_planned_or_internal_is_no_route():
    routed = {route.method.full_name for route in read_routes(DESCRIPTORS).all}
    assert routed == {method.full_name for method in BUILT if not options.internal(method)}


def test_only_services_that_stand_have_built_methods():
    assert {method.containing_service.file.package for method in BUILT} == STANDING


@pytest.mark.parametrize("method", METHODS, ids=by_name)
def test_what_is_answered_in_pages_is_asked_for_in_pages(method):
    paged = "next_page_token" in fields(method.output_type)
    asked = {"page_size", "page_token"} <= set(fields(method.input_type))
    assert paged == asked
    assert paged or not method.name.startswith("List")


@pytest.mark.parametrize("method", METHODS, ids=by_name)
def test_what_changes_something_can_be_repeated(method):
    if options.scope(method).endswith(".write") and verb(method) in {"post", "patch"}:
        assert "request_id" in fields(method.input_type) or method.name in HARMLESS_TO_REPEAT


@pytest.mark.parametrize("method", [each for each in METHODS if verb(each) == "patch"], ids=by_name)
def test_an_update_has_a_mask_and_refuses_to_lose_one(method):
    resource = method.input_type.fields_by_name[options.http(method).body].message_type
    assert "update_mask" in fields(method.input_type)
    assert "etag" in fields(resource)
    assert method.output_type == resource


# As messages


def test_every_rule_of_validation_can_be_evaluated():
    for message in messages():
        protovalidate.collect_violations(message_factory.GetMessageClass(message)())


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.full_name)
def test_a_fact_is_in_the_past_tense(fact):
    assert re.search(r"(ed|Sent|ClawedBack)$", fact.name)


def test_facts_live_in_events_and_nowhere_else():
    told = {fact.name for fact in facts()}
    assert told >= PROMISED
    elsewhere = {message.name for message in messages() if not message.file.name.endswith("/events.proto")}
    assert not told & elsewhere


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.full_name)
def test_a_fact_about_a_customer_begins_with_her_and_says_when(fact):
    if fact.file.package in {"rapport.profile.v1", "rapport.gateway.v1"} or fact.name in ABOUT_NOBODY:
        return
    first = fact.fields[0]
    item = first.message_type.fields if first.is_repeated else fact.fields
    assert item[0].name == "profile"
    whens = [field.message_type.full_name for field in item if field.name == "event_time"]
    assert whens == ["google.protobuf.Timestamp"]


@pytest.mark.parametrize("package", sorted(PACKAGES - {"rapport.access.v1"}))
def test_a_service_says_why_it_refuses(package):
    reasons: list[EnumDescriptor] = [
        file.enum_types_by_name["ErrorReason"]
        for file in FILES
        if file.package == package and file.name.endswith("/errors.proto")
    ]
    has_service = any(file.services_by_name for file in FILES if file.package == package)
    assert len(reasons) == has_service
    for reason in reasons:
        assert [value.number for value in reason.values] == list(range(len(reason.values)))
        assert all(COMMENTS[f"{reason.full_name}.{value.name}"] for value in reason.values)


# The services that are built, in part or whole. A service joins with its first method.
STANDING = {
    f"rapport.{name}.v1" for name in ("gateway", "profile", "segment", "campaign", "support", "loyalty")
}
# Taking an event up twice is the same as once: it is counted by its own id.
HARMLESS_TO_REPEAT = {"ReplayQuarantinedEvent"}
# Facts about a definition, not about a customer.
ABOUT_NOBODY = {"SegmentPublished", "SegmentDeleted"}
# What subscribers were promised, by these very names.
PROMISED = {
    *("ActivityRecorded", "ProfileCreated", "ProfileUpdated", "ProfileMerged"),
    *("OrderPlaced", "OrderRefunded", "CartUpdated", "ConsentChanged"),
    *("SegmentEntered", "SegmentExited"),
    *(
        "MessageSent",
        "MessageOpened",
        "MessageClicked",
        "MessageBounced",
        "MessageSuppressed",
        "Unsubscribed",
    ),
    *(
        "TicketOpened",
        "TicketReplied",
        "CustomerReplied",
        "TicketResolved",
        "TicketReopened",
        "TargetBreached",
    ),
    *("PointsEarned", "PointsClawedBack", "PointsExpired", "PointsRedeemed", "TierChanged"),
}
