"""Writes what a batch tells into the history, each fact once, and gives it to whom it happened."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from rapport.profile.v1 import events_pb2 as pb
from rapport.profile.v1 import profile_pb2

from conditions.computed import computed_document
from services.segment.engine.happenings import Happening, activity_row, of_activity, of_purchase, purchase_row
from services.segment.engine.items import Item
from services.segment.engine.load import know_anchors
from services.segment.engine.past import kept
from services.segment.engine.words import computed_words, consent_words
from services.segment.engine.work import Work
from services.segment.store import writes

Happened = dict[int, list[Happening]]


async def record(work: Work, items: Sequence[Item]) -> Happened:
    """What is new to us, by the number of the living profile."""
    happened: Happened = defaultdict(list)
    for item in of(items, pb.ProfileCreated):
        met_us = item.fact.create_time.ToMicroseconds()
        happened[work.living(item.fact.profile_key)].append(Happening(met_us, met_us))
    await record_activities(work, of(items, pb.RecordedActivity), happened)
    await record_purchases(work, items, happened)
    await record_computed(work, of(items, pb.UpdatedProfile), happened)
    await record_consents(work, of(items, pb.ConsentChanged), happened)
    await move_purchases(work)
    return happened


def of(items: Iterable[Item], *types: type[Any]) -> list[Item]:
    return [item for item in items if isinstance(item.fact, types)]


async def record_activities(work: Work, items: Sequence[Item], happened: Happened) -> None:
    if not items:
        return
    facts = {UUID(item.fact.id): item.fact for item in items}
    await know_anchors(work, (fact.anchor for fact in facts.values()))
    await own_new_anchors(work, facts.values())
    rows = {id: {"id": id, **activity_row(fact)} for id, fact in facts.items()}
    fresh = await work.store.write(
        writes.ACTIVITIES, (columns(facts[id].anchor, row) for id, row in rows.items())
    )
    for (id,) in fresh:
        profile = work.memory.profiles[work.workspace, work.memory.owners[work.workspace, facts[id].anchor]]
        view = work.catalog.view(profile.key)
        happened[profile.key].append(of_activity(rows[id], view, facts[id].traceparent))


async def own_new_anchors(work: Work, facts: Iterable[Any]) -> None:
    """An anchor we had not met belongs to whom its first activity was told of."""
    new = {
        fact.anchor: work.profile(fact.profile_key)
        for fact in facts
        if (work.workspace, fact.anchor) not in work.memory.owners
    }
    await work.store.write(writes.ANCHORS, ((anchor, profile.key) for anchor, profile in new.items()))
    for anchor, profile in new.items():
        work.memory.own(work.workspace, anchor, profile)


def columns(anchor: int, row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        anchor,
        row["time_us"],
        row["id"],
        row["type"],
        row["event"],
        row["receive_us"],
        row["properties"],
        row["context"],
        row["historical"],
    )


async def record_purchases(work: Work, items: Sequence[Item], happened: Happened) -> None:
    anchors = {item.fact.id: item.fact.anchor for item in of(items, pb.RecordedActivity)}
    told = {}
    for item in of(items, pb.OrderPlaced, pb.OrderUpdated, pb.OrderRefunded):
        row = purchase_row(item.fact, buyer(work, item.fact, anchors))
        told[row["name"], row["revision"]] = (item, row)
    fresh = await work.store.write(writes.PURCHASES, (tuple(row.values()) for _, row in told.values()))
    for name, revision in fresh:
        item, row = told[name, revision]
        happened[row["profile_key"]].append(
            Happening(
                row["since_us"],
                item.told_us,
                row["cause"],
                of_purchase(row, work.currency),
                historical=getattr(item.fact, "historical", False),
            )
        )


async def move_purchases(work: Work) -> None:
    """An order goes with the activity that told of it, also one that this batch told of before the move."""
    for source, destination, anchors in work.moves:
        former = await work.store.former([work.living(source.key)])
        numbers = [source.key, work.living(source.key), *(row["key"] for row in former)]
        await work.store.do(writes.MOVED_PURCHASES, numbers, work.living(destination.key), anchors)


def buyer(work: Work, fact: Any, anchors: Mapping[str, int]) -> int:
    """Whose an order is: as the activity that told of it, when that is at hand."""
    if (anchor := anchors.get(fact.cause)) is not None:
        return work.memory.owners[work.workspace, anchor]
    return work.living(fact.profile_key)


async def record_computed(work: Work, items: Sequence[Item], happened: Happened) -> None:
    told = {}
    for item in items:
        key, document = work.living(item.fact.profile_key), computed_document(item.fact.computed)
        told[key, item.fact.revision] = (item, document)
    fresh = await work.store.write(
        writes.COMPUTED,
        (
            (key, revision, item.told_us, json.dumps(document, separators=(",", ":")))
            for (key, revision), (item, document) in told.items()
        ),
    )
    for key, revision in fresh:
        item, document = told[key, revision]
        readers = work.catalog.view(key).readers
        words = computed_words(document, item.told_us, revision, work.currency)
        wanted = tuple((name, word) for name, word in words if name in readers)
        happened[key].append(Happening(item.told_us, item.told_us, item.fact.cause, words=wanted))


async def record_consents(work: Work, items: Sequence[Item], happened: Happened) -> None:
    """Decisions are few, and may come in any order: each time all of hers are read."""
    if not items:
        return
    await work.store.write(writes.CONSENTS, {consent_row(work, item) for item in items})
    asking = {key for item in items if asks_consent(work, key := work.living(item.fact.profile_key))}
    decisions = defaultdict(list)
    for row in await work.store.consents(sorted(asking)) if asking else ():
        decisions[row["living"]].append(row)
    for item in items:
        key = work.living(item.fact.profile_key)
        if key in asking:
            happened[key].append(of_consent(work, item, key, decisions[key]))


def asks_consent(work: Work, key: int) -> bool:
    return any(name.startswith("consents.") for name in work.catalog.view(key).readers)


def of_consent(work: Work, item: Item, key: int, decisions: Sequence[Any]) -> Happening:
    profile, view = work.profile(key), work.catalog.view(key)
    registers = {
        name: kept(words, profile.clock_us, remembered=name in view.remembered)
        for name, words in consent_words(decisions).items()
    }
    return Happening(decided_us(item), item.told_us, registers=registers, historical=item.fact.historical)


def consent_row(work: Work, item: Item) -> tuple[Any, ...]:
    consent = item.fact.consent
    return (
        work.living(item.fact.profile_key),
        consent.channel,
        consent.purpose,
        decided_us(item),
        DECISIONS[consent.decision],
        consent.expire_time.ToMicroseconds() if consent.HasField("expire_time") else None,
    )


def decided_us(item: Item) -> int:
    """When she decided; that a decision was another's is so from when we learned of it."""
    consent = item.fact.consent
    return consent.decision_time.ToMicroseconds() if DECISIONS[consent.decision] else item.told_us


# As paths find them: `consents.email.marketing`. Nothing, where a decision turned out to be another's.
DECISIONS = {
    profile_pb2.CONSENT_DECISION_UNSPECIFIED: "",
    profile_pb2.GRANTED: "granted",
    profile_pb2.DENIED: "denied",
}
