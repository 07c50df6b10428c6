"""Prints what is told of the customers of a workspace: a subscriber with the protos alone.

    .venv/bin/python docs/examples/subscribe/subscribe.py [--count N] [--workspace demo] [--durable NAME]

Needs `nats-py`, `protobuf`, and what `protoc` made of protos/ on the path. It shares nothing else with
the house. Its place in the stream is kept by the server under the durable's name.
"""

import argparse
import asyncio
import json
from pathlib import Path

import nats
from google.protobuf import json_format, symbol_database
from google.protobuf.message import Message
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from rapport.profile.v1 import events_pb2  # noqa: F401 - makes its messages known by name

ENVIRONMENT = Path(".rapport/demo.env")


async def listen(url: str, workspace: str, durable: str, count: int | None) -> None:
    bus = await nats.connect(url)
    try:
        await follow(bus.jetstream(), f"rapport.profile.v1.*.{workspace}", durable, count)
    finally:
        await bus.close()


async def follow(jetstream: JetStreamContext, subject: str, durable: str, count: int | None) -> None:
    """Prints each fact once, until *count* of them were told; for ever, without one."""
    inbox = await jetstream.pull_subscribe(subject, durable=durable, stream="PROFILE")
    # A real subscriber keeps these in its database, in the transaction of the effect.
    seen: set[str] = set()
    while count is None or len(seen) < count:
        wanted = 100 if count is None else min(100, count - len(seen))
        for message in await arrived(inbox, wanted):
            id = (message.headers or {})["ce-id"]
            if id not in seen:
                seen.add(id)
                print(line(message), flush=True)
            await message.ack()


async def arrived(inbox: JetStreamContext.PullSubscription, most: int) -> list[Msg]:
    try:
        return await inbox.fetch(most, timeout=5)
    except TimeoutError:
        return []


def line(message: Msg) -> str:
    """The name of the fact and the beginning of what it says."""
    name = message.subject.rpartition(".")[0]
    try:
        kind: type[Message] = symbol_database.Default().GetSymbol(name)
    except KeyError:
        return f"{name} is newer than our protos: passed over"
    said = json_format.MessageToDict(kind.FromString(message.data), preserving_proto_field_name=True)
    return f"{name.rpartition('.')[2]:<18} {json.dumps(said, ensure_ascii=False)[:160]}"


def settings(text: str) -> dict[str, str]:
    """Plain assignments, one in each line."""
    return dict(each.split("=", 1) for each in text.splitlines() if "=" in each)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--count", type=int, help="end after so many facts")
    arguments.add_argument("--workspace", default="demo")
    arguments.add_argument(
        "--durable", default="example-python", help="the name the server keeps our place by"
    )
    given = arguments.parse_args()
    url = settings(ENVIRONMENT.read_text())["RAPPORT_NATS_URL"]
    asyncio.run(listen(url, given.workspace, f"{given.durable}-{given.workspace}", given.count))
