"""What the house answers to, read from the descriptors: a new annotated method is a route.

The default descriptor pool is used, with the generated modules imported, not a private one: the options
of methods and fields then read as their extensions, and the messages are the very classes that stubs and
in-process servicers of the gateway's own proto take.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from google.api import http_pb2
from google.protobuf import descriptor_pb2, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from . import options
from .template import WILDCARD, Template, parse


class MisdescribedError(Exception):
    """A proto says something the gateway cannot stand behind; it refuses to start."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    verb: str
    template: Template
    # The request field the body fills; `*` for all of them, empty when there is no body.
    body: str
    scope: str
    # The answer shows personal data: whoever reads it is logged.
    personal: bool
    # The full name of the service: rapport.profile.v1.ProfileService.
    service: str
    # The gRPC path: /rapport.profile.v1.ProfileService/GetProfile.
    rpc: str
    method: MethodDescriptor
    request: type[Message]
    response: type[Message]


@dataclass(frozen=True, slots=True, eq=False)
class Inner:
    """A method that is no route: a door of the gateway asks it."""

    scope: str
    rpc: str
    request: type[Message]
    response: type[Message]


@dataclass(frozen=True, slots=True)
class Match:
    """A route, and the fields its path gives: field path to text, still percent-encoded."""

    route: Route
    variables: Mapping[str, str]


@dataclass(slots=True)
class Node:
    """A place in the tree of path segments."""

    literals: dict[str, "Node"] = field(default_factory=dict)
    wildcard: "Node | None" = None
    # Custom verb (empty for none) to HTTP verb to route, for paths that end here.
    doors: dict[str, dict[str, Route]] = field(default_factory=dict)


class Routes:
    """All routes, to be listed and to be matched."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.all = tuple(routes)
        self._fixed: dict[str, dict[str, Route]] = {}
        self._root = Node()
        for route in self.all:
            doors = self._doors(route.template)
            if rival := doors.get(route.verb):
                raise MisdescribedError(f"{rival.rpc} and {route.rpc} have the same path")
            doors[route.verb] = route

    def match(self, verb: str, path: str) -> Match | None:
        """The route for *path* as it stood in the request line, percent-encoded and without its query.

        A colon may also belong to an id: where no custom verb fits, it does.
        """
        fixed = self._fixed.get(path)
        if fixed and (route := fixed.get(verb)):
            return Match(route, {})
        for doors, segments in found(self._root, path):
            if route := doors.get(verb):
                return Match(route, route.template.bind(segments))
        return None

    def allowed(self, path: str) -> tuple[str, ...]:
        """The HTTP verbs *path* answers to; none when there is nothing."""
        places = [self._fixed.get(path, {}), *(doors for doors, _ in found(self._root, path))]
        return tuple(sorted({verb for doors in places for verb in doors}))

    def _doors(self, template: Template) -> dict[str, Route]:
        if template.fixed:
            return self._fixed.setdefault(template.path(()), {})
        node = self._root
        for segment in template.segments:
            if segment == WILDCARD:
                node.wildcard = node.wildcard or Node()
                node = node.wildcard
            else:
                node = node.literals.setdefault(segment, Node())
        return node.doors.setdefault(template.verb, {})


def found(root: Node, path: str) -> Iterator[tuple[dict[str, Route], list[str]]]:
    """Every place *path* may mean, the most literal first; with its segments, freed of the custom verb."""
    segments = path[1:].split("/")
    if path[:1] != "/" or len(segments) > MOST_SEGMENTS or not all(segments):
        return
    *parents, last = segments
    stem, _, verb = last.rpartition(":")
    for node, tail, custom in ends(places(root, parents), last, stem, verb):
        if doors := node.doors.get(custom):
            yield doors, [*parents, tail]


def places(node: Node, segments: list[str]) -> list[Node]:
    reached = [node]
    for segment in segments:
        steps = [(each.literals.get(segment), each.wildcard) for each in reached]
        reached = [step for pair in steps for step in pair if step]
    return reached


def ends(reached: list[Node], last: str, stem: str, verb: str) -> Iterator[tuple[Node, str, str]]:
    for node in reached:
        if stem and stem in node.literals:
            yield node.literals[stem], stem, verb
        if last in node.literals:
            yield node.literals[last], last, ""
        if stem and node.wildcard:
            yield node.wildcard, stem, verb
        if node.wildcard:
            yield node.wildcard, last, ""


def read_routes(descriptor_set: bytes) -> Routes:
    """The routes of every annotated, built method in *descriptor_set* (gen/descriptors.binpb)."""
    return Routes(route for service in services(descriptor_set) for route in routes_of(service))


def services(descriptor_set: bytes) -> Iterator[ServiceDescriptor]:
    """The services of the house, from their generated modules, in the order of their files."""
    for file in descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file:
        if file.service and file.package.startswith("rapport."):
            module = import_module(file.name.removesuffix(".proto").replace("/", ".") + "_pb2")
            yield from module.DESCRIPTOR.services_by_name.values()


def routes_of(service: ServiceDescriptor) -> Iterator[Route]:
    for method in service.methods:
        if options.planned(method):
            continue
        rule = options.http(method)
        for binding in (rule, *rule.additional_bindings):
            if binding.WhichOneof("pattern"):
                if options.internal(method):
                    raise MisdescribedError(f"{method.full_name} is internal and reachable over HTTP")
                yield route_of(method, binding)


def route_of(method: MethodDescriptor, binding: http_pb2.HttpRule) -> Route:
    verb = binding.WhichOneof("pattern") or ""
    if not options.scope(method):
        raise MisdescribedError(f"{method.full_name} is reachable over HTTP but states no scope")
    if verb == "custom" or binding.response_body:
        raise MisdescribedError(f"{method.full_name} binds HTTP in a way the gateway does not speak")
    try:
        template = parse(getattr(binding, verb))
        check_fields(method.input_type, template, binding.body)
    except ValueError as broken:
        raise MisdescribedError(f"{method.full_name}: {broken}") from broken
    return Route(
        verb=verb.upper(),
        template=template,
        body=binding.body,
        scope=options.scope(method),
        personal=options.personal(method),
        service=method.containing_service.full_name,
        rpc=f"/{method.containing_service.full_name}/{method.name}",
        method=method,
        request=message_factory.GetMessageClass(method.input_type),
        response=message_factory.GetMessageClass(method.output_type),
    )


def inner(service: ServiceDescriptor) -> dict[str, Inner]:
    """The internal methods of a service, by their names."""
    return {
        method.name: Inner(
            scope=options.scope(method),
            rpc=f"/{service.full_name}/{method.name}",
            request=message_factory.GetMessageClass(method.input_type),
            response=message_factory.GetMessageClass(method.output_type),
        )
        for method in service.methods
        if options.internal(method)
    }


def check_fields(request: Descriptor, template: Template, body: str) -> None:
    """The path may give texts only, and the body one message or the whole request."""
    for variable in template.variables:
        leaf = field_at(request, variable.field)
        if leaf is None or leaf.cpp_type != FieldDescriptor.CPPTYPE_STRING or leaf.is_repeated:
            raise ValueError(f"the path gives {variable.field}, which is not a string of {request.name}")
    if body not in {"", "*"}:
        whole = request.fields_by_name.get(body)
        if whole is None or whole.message_type is None or whole.is_repeated:
            raise ValueError(f"the body is {body}, which is not a message of {request.name}")


def field_at(message: Descriptor | None, path: str) -> FieldDescriptor | None:
    """The field at a dotted path, or None."""
    found_field = None
    for name in path.split("."):
        found_field = message.fields_by_name.get(name) if message else None
        message = found_field.message_type if found_field else None
    return found_field


MOST_SEGMENTS = 16
