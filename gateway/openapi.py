"""The OpenAPI 3.1 document: the comments of the protos are its words, their rules its limits. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor

from . import options
from .comments import Comments, first_sentence, read_comments
from .problems import PROBLEM, RATE_HEADERS, RESPONSES, reasons_schema, statuses
from .routes import MisdescribedError, Route, Routes
from .schemas import Schemas, is_required
from .template import WILDCARD, Variable
from .transcode import parameters
from .words import ABOUT

Document = dict[str, Any]


def openapi(routes: Routes, descriptor_set: bytes, fragments: Iterable[Mapping[str, Any]] = ()) -> Document:
    """The document of these routes. Doors that are no route bring *fragments*: paths, tags, components."""
    comments = read_comments(descriptor_set)
    schemas = Schemas(comments, inputs=[body for route in routes.all if (body := body_type(route))])
    document: Document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Rapport",
            "version": "v1",
            "summary": "An open, self-hosted customer platform for online shops.",
            "description": ABOUT,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This installation."}],
        "tags": list(tags(routes, comments)),
        "paths": paths(routes, comments, schemas),
        "components": {
            "schemas": schemas.components
            | {"Problem": PROBLEM, "ErrorReason": reasons_schema(routes, descriptor_set, comments)},
            "responses": RESPONSES,
            "headers": RATE_HEADERS,
            "securitySchemes": SECURITY,
        },
    }
    for fragment in fragments:
        merge(document, fragment)
    return document


def tags(routes: Routes, comments: Comments) -> Iterator[Document]:
    """One for each service that answers, with what it says of itself."""
    for service in dict.fromkeys(route.service for route in routes.all):
        yield {"name": tag(service), "description": comments.get(service, "")}


def tag(service: str) -> str:
    return service.rpartition(".")[2].removesuffix("Service")


def paths(routes: Routes, comments: Comments, schemas: Schemas) -> Document:
    made: dict[str, Document] = {}
    bindings: dict[str, int] = {}
    ids = resource_ids(routes)
    for route in routes.all:
        nth = bindings[route.rpc] = bindings.get(route.rpc, 0) + 1
        names = [
            name for variable in route.template.variables for name in parameter_names(route, variable, ids)
        ]
        path = route.template.path([f"{{{name}}}" for name in names])
        made.setdefault(path, {})[route.verb.lower()] = operation(route, names, nth, comments, schemas)
    return made


def operation(route: Route, names: list[str], nth: int, comments: Comments, schemas: Schemas) -> Document:
    method = route.method
    said = comments.get(method.full_name, "")
    service = route.service.rpartition(".")[2]
    made: Document = {
        "operationId": f"{service}_{method.name}" + (f"_{nth}" if nth > 1 else ""),
        "summary": first_sentence(said),
        "description": f"{said}\n\nNeeds the scope `{route.scope}`.".strip(),
        "tags": [tag(route.service)],
        "security": [{"bearer": [route.scope]}, {"basic": [route.scope]}],
        "x-scope": route.scope,
    }
    if method.GetOptions().deprecated:
        made["deprecated"] = True
    if taken := [*path_parameters(names), *query_parameters(route, schemas), *idempotency(route)]:
        made["parameters"] = taken
    if body := request_body(route, schemas):
        made["requestBody"] = body
    return made | {"responses": responses(route, comments, schemas)}


def path_parameters(names: list[str]) -> Iterator[Document]:
    for name in names:
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"The id of the {name.replace('_', ' ')}, percent-encoded where it needs to be.",
            "schema": {"type": "string"},
        }


def parameter_names(route: Route, variable: Variable, ids: Mapping[str, list[str]]) -> list[str]:
    """`profile` for `{name=profiles/*}`, as the resource of that shape calls its own id."""
    if not variable.names_resource:
        return [variable.field.replace(".", "_")]
    shape = route.template.segments[variable.start : variable.end]
    before = [shape[at - 1] for at, segment in enumerate(shape) if segment == WILDCARD]
    return ids.get("/".join(shape)) or [collection.removesuffix("s") for collection in before]


def resource_ids(routes: Routes) -> dict[str, list[str]]:
    """The form of every resource's name, `profiles/*`, to what the ids in it are called."""
    files = {file.name: file for route in routes.all for file in [route.method.containing_service.file]}
    return {
        PARAMETER.sub(WILDCARD, pattern): PARAMETER.findall(pattern)
        for file in files.values()
        for message in file.message_types_by_name.values()
        for pattern in options.patterns(message)
    }


def query_parameters(route: Route, schemas: Schemas) -> Iterator[Document]:
    for path, field in parameters(route).items():
        yield {
            "name": path,
            "in": "query",
            **({"required": True} if is_required(field) and "." not in path else {}),
            **schemas.text(field.full_name),
            "schema": schemas.value(field),
        }


def idempotency(route: Route) -> Iterator[Document]:
    """Where a request carries `request_id`, the header carries it too."""
    field = route.method.input_type.fields_by_name.get("request_id")
    if field is None:
        return
    yield {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same as `request_id`: send it again with the same request, and it happens once.",
        "schema": {"type": "string", "maxLength": options.rules(field).string.max_len or 255},
    }


def body_type(route: Route) -> Descriptor | None:
    if route.body in {"", "*"}:
        return route.method.input_type if route.body else None
    return route.method.input_type.fields_by_name[route.body].message_type


def request_body(route: Route, schemas: Schemas) -> Document | None:
    message = body_type(route)
    if message is None:
        return None
    if route.body != "*":
        text = schemas.text(route.method.input_type.fields_by_name[route.body].full_name)
        return text | {"required": True, "content": content(schemas.message(message))}
    given = {variable.field for variable in route.template.variables}
    schema = schemas.properties(message, without=given)
    return {"required": "required" in schema, "content": content(schema)}


def responses(route: Route, comments: Comments, schemas: Schemas) -> Document:
    reply = route.method.output_type
    answer = {
        "description": first_sentence(comments.get(reply.full_name, "")) or "Done",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in RATE_HEADERS},
        "content": content(schemas.message(reply)),
    }
    refusals = {str(status): {"$ref": f"#/components/responses/{name}"} for status, name in statuses(route)}
    return {"200": answer} | refusals


def content(schema: Document) -> Document:
    return {"application/json": {"schema": schema}}


def merge(document: Document, fragment: Mapping[str, Any], place: str = "") -> None:
    """Adds what a door says of itself; nothing that is said already may be said otherwise."""
    for key, value in fragment.items():
        if key not in document:
            document[key] = value
        elif isinstance(value, Mapping) and isinstance(document[key], dict):
            merge(document[key], value, f"{place}/{key}")
        elif isinstance(value, list) and isinstance(document[key], list):
            document[key] = document[key] + value
        elif document[key] != value:
            raise MisdescribedError(f"two fragments of the OpenAPI document disagree at {place}/{key}")


PARAMETER = re.compile(r"\{(\w+)\}")
SECURITY: Document = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A secret API key. What it may do is what its scopes say.",
    },
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The same key as the user name, with an empty password.",
    },
}
