"""Derives the AsyncAPI document and the table of facts from the protos: what can be heard, and where.

Run by `make docs`. `--check` fails when docs/ differs. A service none of whose methods is built tells
nothing yet; its facts are left out, so that nobody subscribes to silence.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor

from gateway import options
from gateway.comments import Comments, first_sentence, read_comments
from gateway.schemas import Schemas

ROOT = Path(__file__).parent.parent
DESCRIPTORS = ROOT / "gen" / "descriptors.binpb"
DOCUMENT = ROOT / "docs" / "asyncapi.json"
PAGE = ROOT / "docs" / "events.md"

Json = dict[str, Any]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="fail when docs/ is stale")
    check = arguments.parse_args().check
    stale = {path: text for path, text in derived(DESCRIPTORS.read_bytes()).items() if not holds(path, text)}
    for path, text in stale.items():
        if check:
            print(
                f"{path.relative_to(ROOT)} is stale; run `make docs` and commit the result.", file=sys.stderr
            )
        else:
            path.write_text(text)
    return 1 if check and stale else 0


def holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text() == text


def derived(descriptor_set: bytes) -> dict[Path, str]:
    """Every file that follows from the descriptors, with its text."""
    told, comments = facts(descriptor_set), read_comments(descriptor_set)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return {
        DOCUMENT: json.dumps(document(told, comments, version), indent=2, ensure_ascii=False) + "\n",
        PAGE: TABLE.sub(lambda mark: f"{mark[1]}\n{table(told, comments)}\n{mark[2]}", PAGE.read_text()),
    }


def facts(descriptor_set: bytes) -> list[Descriptor]:
    """The facts of the services that stand, in the order of their files."""
    files = [file for file in modules(descriptor_set) if file.package.startswith("rapport.")]
    standing = {file.package for file in files if stands(file)}
    items = {field.message_type.full_name for file in files for field in fields(file) if field.message_type}
    return [
        message
        for file in files
        if file.package in standing and file.name.endswith("/events.proto")
        for message in file.message_types_by_name.values()
        if message.full_name not in items
    ]


def modules(descriptor_set: bytes) -> Iterator[FileDescriptor]:
    for file in descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file:
        name = file.name.removesuffix(".proto").replace("/", ".")
        yield import_module(f"{name}_pb2").DESCRIPTOR


def stands(file: FileDescriptor) -> bool:
    """Something of a service in this file is built."""
    methods = [method for service in file.services_by_name.values() for method in service.methods]
    return any(not options.planned(method) for method in methods)


def fields(file: FileDescriptor) -> Iterator[FieldDescriptor]:
    """The fields of the messages of a file; a message that is one of them is a part, and no fact."""
    for message in file.message_types_by_name.values():
        yield from message.fields


def document(told: list[Descriptor], comments: Comments, version: str) -> Json:
    schemas = Schemas(comments)
    messages = {fact.name: message(fact, comments, schemas) for fact in told}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rapport: facts",
            "version": version,
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/protobuf",
        "servers": {"bus": SERVER},
        "channels": {fact.name: channel(fact, comments) for fact in told},
        "operations": {f"hear{fact.name}": operation(fact, comments) for fact in told},
        "components": {"messages": messages, "schemas": {"Headers": HEADERS} | schemas.components},
    }


def channel(fact: Descriptor, comments: Comments) -> Json:
    return {
        "address": f"{fact.full_name}.{{workspace}}",
        "title": fact.name,
        "description": comments[fact.full_name],
        "servers": [{"$ref": "#/servers/bus"}],
        "parameters": {"workspace": WORKSPACE},
        "messages": {fact.name: {"$ref": f"#/components/messages/{fact.name}"}},
        "x-jetstream-stream": stream(fact),
    }


def operation(fact: Descriptor, comments: Comments) -> Json:
    """From the subscriber's view: she receives."""
    return {
        "action": "receive",
        "summary": first_sentence(comments[fact.full_name]),
        "channel": {"$ref": f"#/channels/{fact.name}"},
        "messages": [{"$ref": f"#/channels/{fact.name}/messages/{fact.name}"}],
    }


def message(fact: Descriptor, comments: Comments, schemas: Schemas) -> Json:
    return {
        "name": fact.full_name,
        "title": fact.name,
        "summary": first_sentence(comments[fact.full_name]),
        "description": comments[fact.full_name],
        "contentType": "application/protobuf",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": schemas.message(fact),
        "x-proto-file": fact.file.name,
    }


def table(told: list[Descriptor], comments: Comments) -> str:
    rows = [
        f"| [`{fact.name}`](../protos/{fact.file.name}) | `{stream(fact)}` | {summary(fact, comments)} |"
        for fact in told
    ]
    return "\n".join(["| Fact | Stream | What happened |", "|---|---|---|", *rows])


def summary(fact: Descriptor, comments: Comments) -> str:
    return first_sentence(comments[fact.full_name]).replace("|", "\\|")


def stream(fact: Descriptor) -> str:
    """Each owner has one stream, named after it."""
    return fact.full_name.split(".")[1].upper()


TABLE = re.compile(r"(<!-- facts: derived from the protos -->).*?(<!-- end of facts -->)", re.DOTALL)
ABOUT = """\
What happened, told once it is true: one subject per fact and workspace, on NATS JetStream, for seven days. \
Payloads are protobuf; the schemas show the JSON form of the same messages. A field that is a JSON document \
here (`properties`, `traits`) is `bytes` holding that document on the wire, and a 64-bit number is a string \
here and a varint there.

Facts come at least once and in no promised order: drop what you have seen by `ce-id`, and of snapshots keep \
the one with the highest revision. How to listen is told in docs/events.md."""
SERVER: Json = {
    "host": "{host}",
    "protocol": "nats",
    "description": "NATS 2.1x with JetStream. On a laptop the address stands in `.rapport/demo.env`.",
    "variables": {"host": {"default": "127.0.0.1:4222", "description": "Host and port."}},
}
WORKSPACE: Json = {
    "description": "The brand it happened in: lower-case letters, digits and hyphens. `*` hears all you may."
}
HEADERS: Json = {
    "type": "object",
    "description": "CloudEvents in binary mode, and what JetStream and a trace need.",
    "properties": {
        "Nats-Msg-Id": {
            "type": "string",
            "description": "The same as ce-id: the server drops a repetition within two minutes.",
        },
        "content-type": {"type": "string", "const": "application/protobuf"},
        "ce-specversion": {"type": "string", "const": "1.0"},
        "ce-id": {
            "type": "string",
            "format": "uuid",
            "description": "The fact's id. However often it comes, it is the same: count each once.",
        },
        "ce-source": {"type": "string", "description": "Who tells it.", "examples": ["/rapport/profile"]},
        "ce-type": {
            "type": "string",
            "description": "The full name of the message, as in the subject.",
            "examples": ["rapport.profile.v1.ProfileMerged"],
        },
        "ce-time": {"type": "string", "format": "date-time", "description": "When it was promised."},
        "ce-cause": {"type": "string", "description": "The ce-id of the fact that led to it, when one did."},
        "traceparent": {"type": "string", "description": "W3C trace context, when it is traced."},
    },
    "required": ["Nats-Msg-Id", "content-type", "ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time"],
}

if __name__ == "__main__":
    sys.exit(main())
