"""google.rpc.Status to RFC 9457: every refusal of the house has this one form on HTTP. Pure."""

import math
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import orjson
from google.protobuf.message import DecodeError, Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from chassis.errors import Invalid, NotFound, Refusal

Detail = TypeVar("Detail", bound=Message)


class Problem(NamedTuple):
    """An answer over HTTP that says no."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def problem(status: status_pb2.Status, *, request_id: str = "", trace_id: str = "") -> Problem:
    """The problem document of *status*. Whatever details are missing or broken, there is one."""
    info = detail(status, error_details_pb2.ErrorInfo) or error_details_pb2.ErrorInfo()
    bad = detail(status, error_details_pb2.BadRequest) or error_details_pb2.BadRequest()
    http = http_status(status.code, info.reason)
    document: dict[str, Any] = {
        "type": f"{ERRORS_PAGE}#{info.reason}" if info.reason else "about:blank",
        "title": title(http, info.reason),
        "status": http,
        "detail": status.message,
        "code": code_name(status.code),
        "reason": info.reason,
        "domain": info.domain,
        "metadata": dict(sorted(info.metadata.items())),
        "violations": [
            {"field": each.field, "description": each.description} for each in bad.field_violations
        ],
        "request_id": request_id,
        "trace_id": trace_id,
    }
    told = {name: value for name, value in document.items() if value or name == "detail"}
    return Problem(http, headers(http, status, info), orjson.dumps(told))


def reason_of(status: status_pb2.Status) -> str:
    """The reason a refusal states; empty when it states none."""
    info = detail(status, error_details_pb2.ErrorInfo)
    return info.reason if info else ""


def no_route(allowed: Sequence[str]) -> Refusal:
    """The refusal for a path that matched nothing; *allowed* are the verbs it has after all."""
    if not allowed:
        return NotFound("ROUTE_NOT_FOUND", "There is nothing at this path; /docs lists what there is.")
    verbs = ", ".join(allowed)
    return Invalid("METHOD_NOT_ALLOWED", f"This path answers to {verbs} only.", allow=verbs)


def http_status(code: int, reason: str = "") -> int:
    """One table for the canonical codes; HTTP tells a few more things apart than they do."""
    return REASON_STATUS.get(reason) or CODE_STATUS.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)


def title(http: int, reason: str) -> str:
    """`PROFILE_NOT_FOUND` as `Profile not found`; without a reason, what HTTP calls its status."""
    if reason:
        return reason.replace("_", " ").capitalize()
    return "Client closed request" if http == CLIENT_CLOSED_REQUEST else HTTPStatus(http).phrase


def headers(
    http: int, status: status_pb2.Status, info: error_details_pb2.ErrorInfo
) -> list[tuple[bytes, bytes]]:
    made = [(b"content-type", CONTENT_TYPE)]
    if retry := detail(status, error_details_pb2.RetryInfo):
        delay = retry.retry_delay
        made.append((b"retry-after", str(max(1, math.ceil(delay.seconds + delay.nanos / 1e9))).encode()))
    if http == HTTPStatus.METHOD_NOT_ALLOWED:
        made.append((b"allow", info.metadata["allow"].encode()))
    if http == HTTPStatus.UNAUTHORIZED:
        made.append((b"www-authenticate", b'Bearer realm="Rapport"'))
    return made


def detail(status: status_pb2.Status, kind: type[Detail]) -> Detail | None:
    """The first detail of this kind that can be read."""
    for packed in status.details:
        found = kind()
        try:
            if packed.Unpack(found):
                return found
        except DecodeError:
            continue
    return None


def status_from_trailers(trailers: Iterable[tuple[str, str | bytes]]) -> status_pb2.Status | None:
    """The rich status a service sent with its refusal, if it did and it can be read."""
    for name, value in trailers:
        if name == STATUS_TRAILER and isinstance(value, bytes):
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                return None
    return None


def code_name(code: int) -> str:
    return code_pb2.Code.Name(code) if code in code_pb2.Code.values() else "UNKNOWN"


CLIENT_CLOSED_REQUEST = 499
CODE_STATUS: dict[int, int] = {
    code_pb2.CANCELLED: CLIENT_CLOSED_REQUEST,
    code_pb2.UNKNOWN: 500,
    code_pb2.INVALID_ARGUMENT: 400,
    code_pb2.DEADLINE_EXCEEDED: 504,
    code_pb2.NOT_FOUND: 404,
    code_pb2.ALREADY_EXISTS: 409,
    code_pb2.PERMISSION_DENIED: 403,
    code_pb2.RESOURCE_EXHAUSTED: 429,
    code_pb2.FAILED_PRECONDITION: 400,
    code_pb2.ABORTED: 409,
    code_pb2.OUT_OF_RANGE: 400,
    code_pb2.UNIMPLEMENTED: 501,
    code_pb2.INTERNAL: 500,
    code_pb2.UNAVAILABLE: 503,
    code_pb2.DATA_LOSS: 500,
    code_pb2.UNAUTHENTICATED: 401,
}
REASON_STATUS: dict[str, int] = {
    "METHOD_NOT_ALLOWED": 405,
    "BODY_TOO_LARGE": 413,
    "MEDIA_TYPE_UNSUPPORTED": 415,
}
ERRORS_PAGE = "/docs/errors"
CONTENT_TYPE = b"application/problem+json"
STATUS_TRAILER = "grpc-status-details-bin"
