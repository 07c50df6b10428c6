"""One HTTP request to one message. Pure: texts and bytes in, a message out, or everything that is wrong.

The path wins nothing silently: a field may be given twice only when both say the same. A repeated request
is known by `request_id`, which the Idempotency-Key header also gives.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from urllib.parse import parse_qsl, quote, unquote

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from chassis.errors import Invalid, Violation

from . import options
from .decode import Faults, fill, is_plain_message
from .encode import map_entry
from .routes import Match, Route
from .template import Variable
from .values import text, text_reader
from .wellknown import MisfitError


def to_message(match: Match, *, query: bytes = b"", body: bytes = b"", idempotency_key: str = "") -> Message:
    """The request message, complete and well-formed; whether it makes sense is the service's to say.

    Raises Invalid(REQUEST_UNREADABLE) with a violation for every field that does not fit. *query* is as it
    stood in the request line.
    """
    request, faults = match.route.request(), Faults()
    read_body(match, request, body, faults)
    read_query(match, request, query, faults)
    for variable in match.route.template.variables:
        read_variable(request, variable, match.variables[variable.field], faults)
    read_idempotency_key(request, idempotency_key, faults)
    check_required(match, request, faults)
    if faults.found:
        raise Invalid("REQUEST_UNREADABLE", sentence(faults.found), violations=faults.found)
    return request


def read_body(match: Match, request: Message, body: bytes, faults: Faults) -> None:
    route = match.route
    if not route.body:
        if body:
            faults.add("body", f"{route.verb} takes no body here")
        return
    if route.body == "*":
        # An action without arguments may be called with nothing at all.
        if body:
            fill(request, body, "", faults)
    elif not body:
        faults.add(route.body, "must be an object, and the body is empty")
    else:
        whole = getattr(request, route.body)
        whole.SetInParent()
        fill(whole, body, route.body, faults)


def read_query(match: Match, request: Message, query: bytes, faults: Faults) -> None:
    try:
        pairs = parse_qsl(
            query.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except UnicodeDecodeError:
        faults.add("query", "is not UTF-8")
        return
    except ValueError:
        faults.add("query", f"has more than {MOST_PARAMETERS} parameters")
        return
    known, seen = parameters(match.route), set[str]()
    for name, value in pairs:
        field = known.get(name)
        if field is None:
            faults.add(name, "is not a parameter of this call")
        elif name in seen and not field.is_repeated:
            faults.add(name, "stands twice")
        else:
            put_text(request, name, field, value, faults)
        seen.add(name)


@cache
def parameters(route: Route) -> dict[str, FieldDescriptor]:
    """Query parameters by name: every field that neither the path nor the body gives."""
    if route.body == "*":
        return {}
    given = {variable.field for variable in route.template.variables}
    return {path: field for path, field in leaves(route.method.input_type, route.body) if path not in given}


def leaves(
    message: Descriptor, without: str = "", above: tuple[Descriptor, ...] = ()
) -> Iterator[tuple[str, FieldDescriptor]]:
    """The fields a query can give, inner ones by dotted paths; a message inside itself ends the way down."""
    for field in message.fields:
        if field.name == without or options.output_only(field) or map_entry(field):
            continue
        if not is_plain_message(field):
            yield field.name, field
            continue
        inner = field.message_type
        if inner and not field.is_repeated and inner not in (*above, message):
            for path, leaf in leaves(inner, above=(*above, message)):
                yield f"{field.name}.{path}", leaf


def put_text(request: Message, path: str, field: FieldDescriptor, value: str, faults: Faults) -> None:
    try:
        read = text_reader(field)(value)
    except MisfitError as misfit:
        faults.add(path, f"must be {misfit}")
        return
    holder, name = place(request, path)
    if field.is_repeated:
        getattr(holder, name).append(read)
    elif field.message_type:
        getattr(holder, name).CopyFrom(read)
    else:
        setattr(holder, name, read)


def read_variable(request: Message, variable: Variable, raw: str, faults: Faults) -> None:
    try:
        value = named(raw) if variable.names_resource else text(unquote(raw, errors="strict"))
    except UnicodeDecodeError:
        faults.add(variable.field, "is not UTF-8")
        return
    except MisfitError as misfit:
        faults.add(variable.field, f"must be {misfit}")
        return
    holder, name = place(request, variable.field)
    if (given := getattr(holder, name)) and given != value:
        faults.add(variable.field, f"must be left out, or {value} as in the path")
        return
    setattr(holder, name, value)


def named(raw: str) -> str:
    """A resource name in its one spelling: every id percent-encoded, as names stand in paths and in JSON."""
    return "/".join(quote(text(unquote(segment, errors="strict")), safe="") for segment in raw.split("/"))


def read_idempotency_key(request: Message, key: str, faults: Faults) -> None:
    """The header gives `request_id` where the request has one; elsewhere repeating is harmless anyway."""
    if not key or REQUEST_ID not in request.DESCRIPTOR.fields_by_name:
        return
    given = getattr(request, REQUEST_ID)
    if given and given != key:
        faults.add(REQUEST_ID, "must be left out, or the same as Idempotency-Key")
        return
    try:
        setattr(request, REQUEST_ID, text(key))
    except MisfitError as misfit:
        faults.add(REQUEST_ID, f"must be {misfit}")


def check_required(match: Match, request: Message, faults: Faults) -> None:
    """What the whole request cannot do without. Inside a resource an update may leave out what it keeps."""
    named_already = {fault.field.split(".")[0].split("[")[0] for fault in faults.found}
    for field in required(match.route):
        if field.name not in named_already and is_missing(request, field):
            faults.add(field.name, "is required")


@cache
def required(route: Route) -> list[FieldDescriptor]:
    return [field for field in route.method.input_type.fields if options.required(field)]


def is_missing(request: Message, field: FieldDescriptor) -> bool:
    if field.has_presence:
        return not request.HasField(field.name)
    if field.is_repeated or field.cpp_type in {FieldDescriptor.CPPTYPE_STRING, FieldDescriptor.CPPTYPE_ENUM}:
        return not getattr(request, field.name)
    return False


def place(request: Message, path: str) -> tuple[Message, str]:
    """The message that holds the last name of a dotted path, and that name."""
    *parents, name = path.split(".")
    for parent in parents:
        request = getattr(request, parent)
    return request, name


def sentence(violations: Sequence[Violation]) -> str:
    first, *rest = violations
    more = f" (and {len(rest)} more)" if rest else ""
    return f"The request does not fit: {first.field} {first.description}{more}."


REQUEST_ID = "request_id"
MOST_PARAMETERS = 200
