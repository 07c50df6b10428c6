"""`make tail`: the facts of a running house, one line each, as they are told."""

import json

import nats
from google.protobuf import json_format, symbol_database
from nats.aio.msg import Msg

from .home import Home, Trouble

# Whoever decodes a fact must know its message: importing the generated modules registers them.
FACTS = ("rapport.gateway.v1.events_pb2", "rapport.profile.v1.events_pb2")


async def tail(home: Home, _: list[str]) -> int:
    connection = await nats.connect(running(home)["RAPPORT_NATS_URL"])
    for module in FACTS:
        __import__(module)
    try:
        subscription = await connection.subscribe("rapport.*.v1.*.*")
        async for message in subscription.messages:
            print(line(message), flush=True)  # noqa: T201 - it is what was asked for
    finally:
        await connection.close()
    return 0


def running(home: Home) -> dict[str, str]:
    """What a running house wrote down for those who want to talk to it."""
    try:
        text = home.demo_env.read_text()
    except FileNotFoundError:
        raise Trouble(
            f"No house is running: {home.demo_env} is not there. Start one with make run."
        ) from None
    return dict(line.split("=", 1) for line in text.splitlines())


def line(message: Msg) -> str:
    name, _, workspace = message.subject.rpartition(".")
    if name == CAPTURE:
        return f"{name} {workspace} {len(message.data)} bytes"
    fact = symbol_database.Default().GetSymbol(name).FromString(message.data)
    shown = json_format.MessageToDict(fact, preserving_proto_field_name=True)
    text = json.dumps(shown, ensure_ascii=False)
    return f"{name} {workspace} {text if len(text) <= LONGEST else text[:LONGEST] + '…'}"


CAPTURE = "rapport.capture.v1.EventsCaptured"
LONGEST = 400
