"""Why somebody got a message or did not, and what the policy would say now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import grpc
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import content_pb2, sending_pb2

from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.workspaces import Workspaces
from conditions.calendar import microseconds
from services.campaign.convert import sends as convert
from services.campaign.convert.graph import graph_of
from services.campaign.convert.templates import channel_name, class_name
from services.campaign.domain.graph import SendMessage, WhenHeldBack
from services.campaign.domain.ledger import State
from services.campaign.domain.policy import Check, checks
from services.campaign.rpc import broadcasts, common, journeys
from services.campaign.rpc.sends import LAST
from services.campaign.sending.cases import known, rules
from services.campaign.store import people, sends, templates
from services.campaign.store.sends import Filter

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """What the campaign would send her, as far as the policy asks."""

    template: str
    when_held_back: str = "skip"
    exempt: bool = False
    holdout_basis_points: int = 0


class Explaining:
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self._db, self._workspaces, self._clock = db, workspaces, clock

    async def ExplainSend(self, request: pb.ExplainSendRequest, _: Context) -> sending_pb2.SendExplanation:
        async with self._db.begin(caller().workspace) as tx:
            connection = await tx.raw()
            key = await common.profile_key(tx, request.profile)
            name = (await sends.names(connection, tx.workspace, [key]))[key]
            campaign = await campaign_of(tx, request.campaign)
            step = request.step.replace("\0", "/")
            which = Filter(profile_key=key, campaign=request.campaign, step=step)
            rows = await sends.page(connection, tx.workspace, which, (LAST[0], LAST[1]), SHOWN)
            decided = await sends.decisions(connection, tx.workspace, [row["id"] for row in rows])
            reached, why_not = await self._reached(tx, request.campaign, key, rows)
            message = message_of(request.campaign, campaign, step, rows)
            said = await self._checks(tx, key, request.campaign, message) if message else []
        return sending_pb2.SendExplanation(
            profile=name,
            campaign=request.campaign,
            summary=summary(rows, [decided[row["id"]] for row in rows], why_not, said),
            reached=reached,
            not_reached_reason=why_not,
            sends=[convert.send_message(row, name, decided[row["id"]]) for row in rows],
            checks=[convert.check_message(each) for each in said],
        )

    async def _reached(
        self, tx: Tx, campaign: str, key: int, rows: Sequence[asyncpg.Record]
    ) -> tuple[bool, str]:
        if rows:
            return True, ""
        if campaign.startswith("broadcasts/"):
            return False, "She was in its audience at no time at which it was decided on her."
        slug = campaign.partition("/")[2]
        run = await sends.came_in(await tx.raw(), tx.workspace, key, slug)
        if run is None:
            return False, (
                "She never came in: what triggers it did not happen to her, or its filter or its rule on "
                "coming again did not let her in."
            )
        if run["end_us"] is None:
            return True, f"She is at its step {run['step']}, and has come to no message yet."
        how = run["end_reason"].lower().replace("_", " ")
        return True, f"Her way through it ended before it came to a message: {how}."

    async def _checks(self, tx: Tx, key: int, campaign: str, message: Message) -> list[Check]:
        """As if it went out now."""
        connection, now = await tx.raw(), self._clock()
        texts = await templates.templates(connection, tx.workspace, [message.template])
        if message.template not in texts:
            return []
        template = texts[message.template]
        channel = channel_name(template["channel"])
        contacts = await people.contacts(connection, tx.workspace, [key])
        row = {
            "id": None,
            "profile_key": key,
            "profile": contacts[key].profile.removeprefix("profiles/"),
            "template": message.template,
            "channel": channel,
            "class": class_name(template["class"]),
            "campaign": campaign,
            "when_held_back": message.when_held_back,
            "wait_until_us": None,
            "exempt_from_support_quiet_period": message.exempt,
            "holdout_basis_points": message.holdout_basis_points,
            "test": False,
            "address": "",
        }
        told = self._workspaces.of(tx.workspace)
        ruling = await rules(connection, tx.workspace, channel, told.zone, told.region_code)
        facts = await known(connection, tx.workspace, [row], contacts, texts, ruling, microseconds(now))
        return checks(facts.case(row, ruling.region), ruling.settings, now)


async def campaign_of(tx: Tx, name: str) -> asyncpg.Record:
    """The row of what `broadcasts/{slug}` or `journeys/{slug}` names; refused when there is none."""
    find = broadcasts.broadcast if name.startswith("broadcasts/") else journeys.found
    return await find(tx, name)


def message_of(
    campaign: str, row: asyncpg.Record, step: str, rows: Sequence[asyncpg.Record]
) -> Message | None:
    """The last she was about to get; when there was none, what there is to get; None for nothing."""
    if rows:
        last = rows[0]
        return Message(
            last["template"],
            last["when_held_back"],
            last["exempt_from_support_quiet_period"],
            last["holdout_basis_points"],
        )
    if campaign.startswith("broadcasts/"):
        variants = content_pb2.Broadcast.FromString(row["variants"]).variants
        slug = variants[0].template.partition("/")[2] if variants else ""
        return Message(slug, holdout_basis_points=row["holdout_basis_points"]) if slug else None
    graph = graph_of(row["graph"] or row["draft"])
    for each in graph.drawn:
        if isinstance(each.action, SendMessage) and step in {"", each.id} and each.action.variants:
            return Message(
                each.action.variants[0].template.rpartition("/")[2],
                WHEN.get(each.action.when_held_back, "skip"),
                graph.exempt_from_support_quiet_period,
                graph.holdout_basis_points,
            )
    return None


def summary(
    rows: Sequence[asyncpg.Record],
    decisions: Sequence[Sequence[asyncpg.Record]],
    why_not: str,
    said: Sequence[Check],
) -> str:
    """What happened; and what would now, when nothing did."""
    if rows:
        state = State(rows[0]["state"])
        why = rows[0]["failure"] or (decisions[0][-1]["description"] if decisions[0] else "")
        return f"{WORDS[state]} {why}".strip() if state in EXPLAINED else WORDS[state]
    against = next((check.description for check in said if not check.passed), "")
    now = f" Now this would speak against it: {against}" if against else ""
    return f"{why_not}{now}"


WHEN = {WhenHeldBack.WAIT: "wait", WhenHeldBack.LEAVE: "leave"}
WORDS = {
    State.CLAIMED: "It is about to go out.",
    State.HANDED_OVER: "It went out.",
    State.CONFIRMED: "It went out, and its provider says so.",
    State.FAILED: "It could not be sent.",
    State.UNKNOWN: "It may have gone out or not: nobody can tell.",
    State.WAITING: "It waits.",
    State.SUPPRESSED: "It was held back.",
    State.HELD_OUT: "It was held back to compare with.",
}
EXPLAINED = {State.FAILED, State.UNKNOWN, State.WAITING, State.SUPPRESSED, State.HELD_OUT}
# Of a campaign she gets few messages.
SHOWN = 20
