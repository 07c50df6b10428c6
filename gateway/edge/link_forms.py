"""What a form says, as a browser or a mailbox provider sends it: urlencoded or in parts."""

from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message
from urllib.parse import parse_qsl

# Each field with its values, in their order.
Form = dict[str, list[str]]


def read_form(kind: str, body: bytes) -> Form:
    """Whatever can be read of it. What cannot is as if it had not been said: to leave asks for no form."""
    if kind.partition(";")[0].strip().lower() == "multipart/form-data":
        return gathered(parts(kind, body))
    try:
        text = body.decode()
        return gathered(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}


def parts(kind: str, body: bytes) -> Iterable[tuple[str, str]]:
    head = f"Content-Type: {kind.translate(NO_BREAKS)}\r\n\r\n".encode("latin-1", "replace")
    read = message_from_bytes(head + body)
    inner = read.get_payload() if read.is_multipart() else []
    for part in inner[:MOST_FIELDS] if isinstance(inner, list) else []:
        if isinstance(part, Message):
            name = part.get_param("name", header="content-disposition")
            payload = part.get_payload(decode=True)
            if isinstance(name, str) and isinstance(payload, bytes):
                yield name, payload.decode("utf-8", "replace").strip()


def gathered(fields: Iterable[tuple[str, str]]) -> Form:
    form: Form = {}
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return form


MOST_FIELDS = 1000
NO_BREAKS = {ord(each): None for each in "\r\n"}
