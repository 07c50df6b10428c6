"""What a work decided, written and told: runs, visits, when to look again, the messages that are wanted."""

from dataclasses import replace
from uuid import UUID

import asyncpg
from rapport.campaign.v1 import content_pb2 as content

from chassis.hottx import Transaction
from conditions.calendar import moment
from services.campaign.convert.sends import suppressed
from services.campaign.domain import keys
from services.campaign.engine.work import Wanted, Work
from services.campaign.sending import claims
from services.campaign.sending.claims import Claim
from services.campaign.sending.decide import NEEDLESS
from services.campaign.store import ledger, runs, templates
from services.campaign.store.runs import Run


async def finish(work: Work, tx: Transaction) -> None:
    """In a handful of statements. One run ends before another takes its place: there is one at a time."""
    for run in (*work.begun.values(), *work.moved.values()):
        # One that was over before she became one with somebody is the survivor's too.
        run.profile_key = work.living(run.profile_key)
    await claim(work)
    at = work.connection, work.workspace
    moved = work.moved.values()
    await runs.update(*at, [run for run in moved if run.end_us is not None])
    await runs.update(*at, [run for run in moved if run.end_us is None])
    await runs.insert(*at, sorted(work.begun.values(), key=lambda run: run.end_us is None))
    await write_visits(work)
    await write_due(work)
    await withdraw(work)
    for fact in work.told:
        tx.emit(work.workspace, fact)


async def claim(work: Work) -> None:
    """Messages that runs on their way want. Each run then waits for its own."""
    wanted = [one for one in work.wanted if one.run.end_us is None]
    if not wanted:
        return
    at = work.connection, work.workspace
    slugs = {slug(one) for one in wanted}
    known = await templates.templates(*at, slugs)
    said = [claim_of(work, one, known[slug(one)]) for one in wanted]
    await claims.claim(*at, said, moment(work.now_us))
    for one, claimed in zip(wanted, said, strict=True):
        one.run.state = replace(one.run.state, awaits_send=claimed.id)


def claim_of(work: Work, wanted: Wanted, template: asyncpg.Record) -> Claim:
    run, said = wanted
    channel = content.Channel.Name(template["channel"]).lower()
    customer = work.customers[run.profile_key]
    return Claim(
        id=keys.send_id_for_step(run.id, said.step, said.visit, channel),
        profile_key=run.profile_key,
        profile=UUID(customer.contact.profile.removeprefix("profiles/")),
        template=template["slug"],
        channel=channel,
        message_class=content.MessageClass.Name(template["class"]).lower(),
        campaign=f"journeys/{run.journey}",
        run=run.id,
        step=said.step,
        variant=said.variant,
        data=run.document,
        traceparent=run.traceparent,
        when_held_back=said.when_held_back.lower(),
        wait_until_us=said.wait_until_us,
        exempt_from_support_quiet_period=said.exempt_from_support_quiet_period,
        holdout_basis_points=said.holdout_basis_points,
    )


async def withdraw(work: Work) -> None:
    """Messages of runs that are over, which nobody has begun to send: nobody needs them any more."""
    over = {run.state.awaits_send: run for run in work.moved.values() if run.end_us is not None}
    sends = [id for id in over if id is not None]
    why = NEEDLESS.description
    gone = await ledger.withdraw(work.connection, work.workspace, sends, why, work.now_us)
    for row in gone:
        name = work.customers[over[row["id"]].profile_key].contact.profile
        work.told.append(
            suppressed(row, name, work.now_us, outcome=NEEDLESS.outcome, rule="", description=why)
        )


async def write_visits(work: Work) -> None:
    sent = {
        (one.run.id, one.said.step, one.said.visit): one.run.state.awaits_send
        for one in work.wanted
        if one.run.end_us is None
    }
    rows = [
        (place[0], visit.place, visit.said, sent.get(place)) for place, visit in sorted(work.visits.items())
    ]
    await runs.visit(work.connection, work.workspace, rows)


async def write_due(work: Work) -> None:
    """When to look at each again.

    Of a run that waits for the same send as before, the hour may be the sender's word, which came while we
    were at work: then it never becomes later. Of one that is held, it may be the word of who lets it go on.
    """
    changed = [run for run in (*work.begun.values(), *work.moved.values()) if concerns(work, run)]
    due = {run.id: None if run.end_us is not None else run.state.wake_us for run in changed}
    waiting = {run.id for run in changed if waits_on(work, run)}
    at = work.connection, work.workspace
    await runs.be_due(*at, {id: when for id, when in due.items() if id not in waiting})
    await runs.be_due_sooner(*at, {id: when for id in waiting if (when := due[id]) is not None})


def concerns(work: Work, run: Run) -> bool:
    return run.end_us is not None or work.catalogue.journeys[run.journey].live


def waits_on(work: Work, run: Run) -> bool:
    """For the send it waited for before."""
    awaits = run.state.awaits_send
    return run.end_us is None and awaits is not None and awaits == work.awaited.get(run.id)


def slug(wanted: Wanted) -> str:
    return wanted.said.template.removeprefix("templates/")
