"""Who customers are: met, known better, joined and parted. What ends a run of theirs ends it at once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from rapport.profile.v1 import events_pb2 as pb
from rapport.profile.v1 import profile_pb2

from conditions.calendar import moment
from conditions.computed import computed_document
from services.campaign.domain.person import Consent
from services.campaign.engine.items import Item
from services.campaign.engine.load import joined
from services.campaign.engine.runs import end, go_on, look_again
from services.campaign.engine.work import Customer, Work
from services.campaign.store import contacts, heard, people, runs
from services.campaign.store.contacts import Held, State
from services.campaign.store.runs import Run


def named(item: Item) -> Iterable[tuple[int, str]]:
    """The customers a fact is about: number and name."""
    fact = item.fact
    match fact:
        case pb.ProfileMerged():
            yield fact.survivor_key, fact.survivor
            yield fact.absorbed_key, fact.absorbed
        case pb.IdentifiersMoved():
            yield fact.source_key, fact.source
            yield fact.destination_key, fact.destination
        case pb.OrderPlaced() | pb.OrderUpdated() | pb.OrderRefunded():
            yield fact.profile_key, fact.order.profile
        case pb.ConsentChanged():
            yield fact.profile_key, fact.consent.profile
        case _:
            yield fact.profile_key, fact.profile


async def meet(work: Work, names: Mapping[int, str]) -> None:
    """After this everybody who is named is known."""
    new = {
        key: UUID(name.removeprefix("profiles/")) for key, name in names.items() if key not in work.aliases
    }
    await contacts.meet(work.connection, work.workspace, new)
    work.aliases |= {key: key for key in new}


def parting(work: Work, items: Sequence[Item]) -> int:
    """The place of the first fact that takes something from a customer for another; else the end.

    It lets somebody who was absorbed live by herself again, or moves identifiers.
    """
    aliases = dict(work.aliases)
    for place, item in enumerate(items):
        match item.fact:
            case pb.ProfileMerged() as fact:
                aliases = joining(aliases, aliases[fact.absorbed_key], aliases[fact.survivor_key])
            case pb.ProfileCreated() as fact if aliases[fact.profile_key] != fact.profile_key:
                return place
            case pb.IdentifiersMoved():
                return place
    return len(items)


def joining(aliases: Mapping[int, int], absorbed: int, survivor: int) -> dict[int, int]:
    return {key: survivor if living == absorbed else living for key, living in aliases.items()}


async def part(work: Work, fact: pb.ProfileCreated | pb.IdentifiersMoved) -> None:
    """What else belongs to who lives by herself again is told right after.

    Runs look for what they wait for in what came to their customer when that is told, too.
    """
    at = work.connection, work.workspace
    if isinstance(fact, pb.ProfileCreated):
        await contacts.revive(*at, fact.profile_key)
        return
    key = work.living(fact.destination_key)
    await heard.move(*at, list(fact.anchors), key)
    await runs.look_at(*at, key, work.now_us)


def update(work: Work, fact: pb.UpdatedProfile) -> None:
    """The whole state of one number: that of an absorbed one is nobody's any more."""
    known = work.states.get(fact.profile_key)
    if known and known.revision >= fact.revision:
        return
    new = work.states[fact.profile_key] = state_of(fact, work.currency)
    customer = work.customers.get(fact.profile_key)
    if customer and customer.contact.revision < fact.revision:
        was_whole = customer.contact.whole
        customer.contact = replace(
            customer.contact,
            revision=fact.revision,
            identifiers={kind: tuple(values) for kind, values in json.loads(new.identifiers).items()},
            traits=json.loads(new.traits),
            computed=json.loads(new.computed),
        )
        if was_whole:
            look_again(work, customer)
        else:
            go_all(work, customer)


def state_of(fact: pb.UpdatedProfile, currency: str) -> State:
    identifiers: dict[str, list[str]] = {}
    for each in fact.identifiers:
        identifiers.setdefault(each.kind, []).append(each.value)
    computed = computed_document(fact.computed)
    computed["lifetime_value"] = computed["lifetime_values"].get(currency, 0)
    return State(
        fact.profile_key,
        fact.revision,
        json.dumps(identifiers),
        fact.traits.decode() or "{}",
        json.dumps(computed),
    )


def decide(work: Work, fact: pb.ConsentChanged, told_us: int) -> None:
    key = work.living(fact.profile_key)
    about = fact.consent.channel, fact.consent.purpose
    decisions = work.decisions.setdefault(key, {})
    held = ruling(decisions.get(about), fact.consent, told_us)
    if held != decisions.get(about):
        hold(work, key, about, held)
        if customer := work.customers.get(key):
            look_again(work, customer)


def ruling(before: Held | None, said: profile_pb2.Consent, told_us: int) -> Held:
    """The decision that holds: the newest by the time she decided, and on equal time the denial.

    One without a name of its own was not made anew: a merge, or late evidence, says what holds from here on,
    whatever was told before it.
    """
    word, since_us = WORDS[said.decision], before.since_us if before else 0
    expire_us = said.expire_time.ToMicroseconds() if said.HasField("expire_time") else None
    new = Held(
        word, said.decision_time.ToMicroseconds(), expire_us if word == people.GRANTED else None, since_us
    )
    if told_us < since_us:
        assert before is not None, "somebody said what holds"
        return before
    if not said.name:
        return new._replace(since_us=told_us)
    return new if before is None or weight(new) >= weight(before) else before


def weight(held: Held) -> tuple[int, bool]:
    return held.time_us, held.decision == people.DENIED


def hold(work: Work, key: int, about: tuple[str, str], held: Held) -> None:
    """The decision holds of this living customer."""
    work.decisions.setdefault(key, {})[about] = held
    work.decided[key, *about] = held
    if customer := work.customers.get(key):
        consents = {**customer.contact.consents, about: consent(held)}
        if not held.decision:
            del consents[about]
        customer.contact = replace(customer.contact, consents=consents)


def consent(held: Held) -> Consent:
    expires = None if held.expire_us is None else moment(held.expire_us)
    return Consent(held.decision == people.GRANTED, moment(held.time_us), expires)


def merge(work: Work, fact: pb.ProfileMerged) -> None:
    """One customer: what hung on the absorbed one is the survivor's, and she goes one way about one thing."""
    survivor, absorbed = work.customer(fact.survivor_key), work.customer(fact.absorbed_key)
    assert survivor, "who is named in a merge is loaded"
    assert absorbed, "who is named in a merge is loaded"
    if survivor is absorbed:
        return
    work.merges.append((absorbed.key, survivor.key))
    # She may have been named by a former number only.
    work.aliases = joining({absorbed.key: absorbed.key, **work.aliases}, absorbed.key, survivor.key)
    del work.customers[absorbed.key]
    for about, held in work.decisions.get(absorbed.key, {}).items():
        known = work.decisions.setdefault(survivor.key, {}).get(about)
        if known is None or weight(held) > weight(known):
            hold(work, survivor.key, about, held)
    survivor.contact = replace(
        survivor.contact,
        segments=survivor.contact.segments | absorbed.contact.segments,
        merge_revision=max(survivor.contact.merge_revision, fact.revision),
    )
    survivor.heard += absorbed.heard
    joined(survivor.before, absorbed.before)
    go_together(work, survivor, absorbed)
    # What either did, and what is known of either, is of all of them now.
    go_all(work, survivor)


def go_all(work: Work, customer: Customer) -> None:
    for run in list(customer.runs):
        go_on(work, customer, run)


def go_together(work: Work, survivor: Customer, absorbed: Customer) -> None:
    """Of two runs about the same the older goes on."""
    for run in absorbed.runs:
        work.touch(run)
        run.profile_key = survivor.key
    survivor.runs = sorted((*survivor.runs, *absorbed.runs), key=age)
    for run in survivor.runs[::-1]:
        if survivor.run(run.about) is not run:
            end(work, survivor, run, "MERGED")


def age(run: Run) -> tuple[int, int]:
    """The oldest run first; of two that began at one instant hers who has been known longer."""
    return run.state.started_us, run.origin_key


async def write(work: Work) -> None:
    """What is known of customers anew."""
    at = work.connection, work.workspace
    await contacts.update(*at, work.states.values())
    await contacts.decide(*at, work.decided)
    await contacts.absorb(*at, {absorbed: work.living(absorbed) for absorbed, _ in work.merges})
    survivors = [work.customers[key].contact for _, key in work.merges if key in work.customers]
    await contacts.be_whole_from(*at, {one.key: one.merge_revision for one in survivors})


IDENTITY: tuple[Any, ...] = (pb.ProfileCreated, pb.ProfileMerged, pb.IdentifiersMoved)
# As paths find them: `consents.email.marketing`. Nothing, where a decision turned out to be another's.
WORDS = {
    profile_pb2.CONSENT_DECISION_UNSPECIFIED: "",
    profile_pb2.GRANTED: people.GRANTED,
    profile_pb2.DENIED: people.DENIED,
}
