"""What the document says of refusals: their form, the statuses a route can give, every reason. Pure."""

from collections.abc import Iterator
from typing import Any

from google.protobuf import descriptor_pb2

from .comments import Comments
from .routes import Route, Routes

Schema = dict[str, Any]


def statuses(route: Route) -> Iterator[tuple[int, str]]:
    """Every status but 200 that this route can give, with the name of its response."""
    lists = route.method.name.startswith("List")
    whole_list = lists and {field.name for field in route.method.input_type.fields} <= PAGING
    yield 400, "BadRequest"
    yield 401, "Unauthenticated"
    yield 403, "Forbidden"
    # What is named, in the path, the query or the body, may not be there.
    if not whole_list:
        yield 404, "NotFound"
    if route.verb != "GET":
        yield 409, "Conflict"
    if route.body:
        yield 413, "BodyTooLarge"
        yield 415, "MediaTypeUnsupported"
    yield 429, "TooManyRequests"
    yield 500, "Broken"
    yield 503, "Unavailable"
    yield 504, "TooLate"


def reasons(routes: Routes, descriptor_set: bytes, comments: Comments) -> Iterator[tuple[str, str, str]]:
    """Reason, the word for who gives it, and what it means: from the ErrorReason enum of every package.

    A service of which nothing is built refuses nothing.
    """
    built = {route.service.rpartition(".")[0] for route in routes.all}
    for file in descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file:
        if file.package not in built | {COMMON}:
            continue
        for enum in file.enum_type:
            for value in enum.value[1:] if enum.name == "ErrorReason" else ():
                said = comments.get(f"{file.package}.{enum.name}.{value.name}", "")
                yield value.name, file.package.split(".")[1], said


def reasons_schema(routes: Routes, descriptor_set: bytes, comments: Comments) -> Schema:
    says: dict[str, str] = {}
    services: dict[str, list[str]] = {}
    for reason, service, said in sorted(reasons(routes, descriptor_set, comments)):
        says.setdefault(reason, said)
        services.setdefault(reason, []).append(service)
    return {
        "type": "string",
        "description": "Why a call was refused. Stable: programs may decide by it.",
        "enum": list(says),
        "x-enum-descriptions": says,
        "x-services": services,
    }


def text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def refusal(description: str, *headers: str) -> Schema:
    made: Schema = {"description": description}
    if headers:
        made["headers"] = {name: HEADERS[name] for name in headers}
    schema = {"$ref": "#/components/schemas/Problem"}
    return made | {"content": {"application/problem+json": {"schema": schema}}}


# Where the reasons stand that every service may give.
COMMON = "rapport.access.v1"
PAGING = {"page_size", "page_token"}
PROBLEM: Schema = {
    "type": "object",
    "description": "A refusal, by RFC 9457.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": text("Where this reason is explained, or about:blank.", format="uri-reference"),
        "title": text("The reason in plain words."),
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": text("What happened and what to do about it."),
        "code": text("The canonical code of gRPC, such as NOT_FOUND."),
        "reason": {
            "description": "What programs decide by. New reasons may come.",
            "anyOf": [{"$ref": "#/components/schemas/ErrorReason"}, {"type": "string"}],
        },
        "domain": text("Which service refused."),
        "metadata": {
            "type": "object",
            "description": "Facts about this refusal.",
            "additionalProperties": {"type": "string"},
        },
        "violations": {
            "type": "array",
            "description": "Every field that does not fit, twenty at most.",
            "items": {
                "type": "object",
                "required": ["field", "description"],
                "properties": {
                    "field": text("Its path in the request message, such as `consent.channel`."),
                    "description": text("What would fit."),
                },
            },
        },
        "request_id": text("Tell us this when you ask for help."),
        "trace_id": text("The trace of this request."),
    },
}
HEADERS: dict[str, Schema] = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "WWW-Authenticate": {"description": "How to show a key.", "schema": {"type": "string"}},
}
RATE_HEADERS: dict[str, Schema] = {
    "RateLimit": {
        "description": "What the key has left: `r` calls, full again in `t` seconds.",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "What the key may do: `q` calls in `w` seconds.",
        "schema": {"type": "string"},
    },
    "X-Request-Id": {
        "description": "Yours, when you sent one; it stands in our logs.",
        "schema": {"type": "string"},
    },
}
RESPONSES: dict[str, Schema] = {
    "BadRequest": refusal(
        "The request does not fit, or the state of things forbids it. Mend it before you repeat it."
    ),
    "Unauthenticated": refusal("No API key, or one that nobody has.", "WWW-Authenticate"),
    "Forbidden": refusal("The key does not have the scope this call needs."),
    "NotFound": refusal("There is nothing of this name in the workspace of the key."),
    "Conflict": refusal("It exists already, or it changed since you read it."),
    "BodyTooLarge": refusal("The body is larger than this door takes."),
    "MediaTypeUnsupported": refusal("The body is not sent as application/json, or it is compressed."),
    "TooManyRequests": refusal(
        "More calls than the limit of the key allows. Wait, then repeat.", "Retry-After"
    ),
    "Broken": refusal("Something broke on our side, and has been logged."),
    "Unavailable": refusal("The service behind this call does not answer just now. Repeat.", "Retry-After"),
    "TooLate": refusal("The service behind this call took too long. Repeat."),
}
