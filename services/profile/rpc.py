"""What the profile service answers when it is asked."""

from datetime import datetime
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import grpc
import msgspec
from rapport.profile.v1 import profile_pb2 as pb
from rapport.profile.v1 import profile_pb2_grpc

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import Changed, Invalid, NotFound, Violation
from chassis.idempotency import answer, answered
from chassis.workspaces import Workspaces
from services.profile import actions, convert
from services.profile.engine.take import TOLERANCE_US
from services.profile.store import reads
from tracking import identifiers
from tracking.traits import traits_problem

Context = grpc.aio.ServicerContext[Any, Any]


class ProfileService(profile_pb2_grpc.ProfileServiceServicer):
    """Reads are one question to the database; writes go the way of every event, through the engine."""

    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self._db, self._workspaces, self._clock = db, workspaces, clock

    async def GetProfile(self, request: pb.GetProfileRequest, _: Context) -> pb.Profile:
        async with self._db.begin(caller().workspace) as tx:
            return await profile(tx, await living(tx, request.name))

    async def LookupProfile(self, request: pb.LookupProfileRequest, _: Context) -> pb.Profile:
        wanted = identifiers.parse(request.identifier, self._workspaces.of(caller().workspace).region_code)
        if wanted is None:
            raise Invalid(
                "IDENTIFIER_INVALID",
                "An identifier is written kind:value, such as email:ada@example.com or external:shopify:123.",
                violations=[Violation("identifier", "must be kind:value, and able to identify somebody")],
            )
        async with self._db.begin(caller().workspace) as tx:
            key = await reads.key_by_identifier(await tx.raw(), tx.workspace, wanted.kind, wanted.value)
            if key is None:
                raise unknown(f"Nobody was ever seen as {wanted.kind}:{wanted.value}.", request.identifier)
            return await profile(tx, key)

    async def ListProfiles(self, request: pb.ListProfilesRequest, _: Context) -> pb.ListProfilesResponse:
        limit = pages.clamp(request.page_size)
        before = cursor(request.page_token, UUID)
        async with self._db.begin(caller().workspace) as tx:
            connection = await tx.raw()
            keys = await reads.newest_keys(connection, tx.workspace, before[0] if before else None, limit + 1)
            rows = await reads.profiles(connection, tx.workspace, keys)
        found = [convert.profile_message(rows[key]) for key in keys]
        shown, token = pages.page(found, limit, lambda one: [UUID(one.name.removeprefix("profiles/"))])
        return pb.ListProfilesResponse(profiles=shown, next_page_token=token)

    async def UpdateProfile(self, request: pb.UpdateProfileRequest, _: Context) -> pb.Profile:
        """What an agent says of a customer is one more event, recorded under the profile's own name."""
        masks.changed(request.update_mask, request.profile, WRITABLE)
        traits = told_traits(request.profile.traits)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, pb.Profile):
                return reply
            await actions.write_alone(tx)
            key = await living(tx, request.profile.name)
            before = await profile(tx, key)
            if request.profile.etag not in {"", before.etag}:
                raise Changed(
                    "PROFILE_CHANGED",
                    "The profile changed since you read it; read it again and give its new etag.",
                )
            region = self._workspaces.of(tx.workspace).region_code
            event = actions.told_by_us(before.name, self._clock(), traits=traits, region=region)
            await actions.take(tx, [event], self._workspaces, self._clock)
            return await answer(tx, request, await profile(tx, await living(tx, before.name)))

    async def ListActivities(
        self, request: pb.ListActivitiesRequest, _: Context
    ) -> pb.ListActivitiesResponse:
        limit = pages.clamp(request.page_size)
        before = cursor(request.page_token, int, UUID) or (reads.LAST_US, reads.LAST_ID)
        async with self._db.begin(caller().workspace) as tx:
            key = await living(tx, request.parent)
            connection = await tx.raw()
            rows = await reads.activities(
                connection,
                tx.workspace,
                key,
                kinds=(request.type, request.event),
                times=span_of(request),
                before=before,
                limit=limit + 1,
            )
            name = (await profile(tx, key)).name
        shown, token = pages.page(rows, limit, lambda row: [row["time_us"], row["id"]])
        activities = [convert.activity_message(name, row) for row in shown]
        return pb.ListActivitiesResponse(activities=activities, next_page_token=token)

    async def ListOrders(self, request: pb.ListOrdersRequest, _: Context) -> pb.ListOrdersResponse:
        limit = pages.clamp(request.page_size)
        before = cursor(request.page_token, int, str) or (reads.LAST_US, "")
        async with self._db.begin(caller().workspace) as tx:
            key = await living(tx, request.parent)
            name = (await profile(tx, key)).name
            rows = await reads.orders(await tx.raw(), tx.workspace, key, before, limit + 1)
        shown, token = pages.page(rows, limit, lambda row: [row["placed_us"], row["order_id"]])
        return pb.ListOrdersResponse(
            orders=[convert.order_of(name, row) for row in shown], next_page_token=token
        )

    async def GetOrder(self, request: pb.GetOrderRequest, _: Context) -> pb.Order:
        order_id = unquote(request.name.removeprefix("orders/"))
        async with self._db.begin(caller().workspace) as tx:
            # No id holds a NUL, and no question to the database can.
            row = None if "\0" in order_id else await reads.order(await tx.raw(), tx.workspace, order_id)
        if row is None:
            raise NotFound("ORDER_NOT_FOUND", f"There is no order {order_id}.", name=request.name)
        return convert.order_of(f"profiles/{row['profile_id']}", row)

    async def ListCarts(self, request: pb.ListCartsRequest, _: Context) -> pb.ListCartsResponse:
        limit = pages.clamp(request.page_size)
        before = cursor(request.page_token, int, str)
        async with self._db.begin(caller().workspace) as tx:
            key = await living(tx, request.parent)
            name = (await profile(tx, key)).name
            rows = await reads.carts(await tx.raw(), tx.workspace, key)
        carts = convert.cart_messages(name, rows)
        if before:
            carts = [one for one in carts if convert.cart_key(one) < before]
        shown, token = pages.page(carts[: limit + 1], limit, lambda one: list(convert.cart_key(one)))
        return pb.ListCartsResponse(carts=shown, next_page_token=token)

    async def ListConsents(self, request: pb.ListConsentsRequest, _: Context) -> pb.ListConsentsResponse:
        limit = pages.clamp(request.page_size)
        before = cursor(request.page_token, int, UUID, str, str) or (reads.LAST_US, reads.LAST_ID, "", "")
        async with self._db.begin(caller().workspace) as tx:
            key = await living(tx, request.parent)
            connection = await tx.raw()
            anchors = (await reads.profiles(connection, tx.workspace, [key]))[key]
            rows = await reads.consents(connection, tx.workspace, key, before, limit + 1)
        shown, token = pages.page(
            rows, limit, lambda row: [row["time_us"], row["id"], row["channel"], row["purpose"]]
        )
        found = convert.consent_messages(anchors, shown, self._clock())
        wanted = [one for one in found if one.current or not request.current_only]
        return pb.ListConsentsResponse(consents=wanted, next_page_token=token)

    async def RecordConsent(self, request: pb.RecordConsentRequest, _: Context) -> pb.Consent:
        check_decision_time(request.consent, self._clock())
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, pb.Consent):
                return reply
            await actions.write_alone(tx)
            found = await profile(tx, await living(tx, request.parent))
            told = convert.told_consent(request.consent)
            event = actions.told_by_us(
                found.name, self._clock(), time_us=decision_time_us(request.consent), consents=(told,)
            )
            await actions.take(tx, [event], self._workspaces, self._clock)
            connection = await tx.raw()
            key = await living(tx, found.name)
            anchors = (await reads.profiles(connection, tx.workspace, [key]))[key]
            since = (event.time_us + 1, UUID(int=0), "", "")
            rows = await reads.consents(connection, tx.workspace, key, since, MOST_CONSENTS)
            mine = [row for row in rows if row["id"] == event.id]
            return await answer(tx, request, convert.consent_messages(anchors, mine, self._clock())[0])

    async def ListConflicts(self, request: pb.ListConflictsRequest, _: Context) -> pb.ListConflictsResponse:
        limit = pages.clamp(request.page_size)
        before = cursor(request.page_token, int, UUID) or (reads.LAST_US, reads.LAST_ID)
        async with self._db.begin(caller().workspace) as tx:
            connection = await tx.raw()
            rows = await reads.conflicts(connection, tx.workspace, before, limit + 1)
            shown, token = pages.page(rows, limit, lambda row: [row["time_us"], row["id"]])
            keys = sorted({key for row in shown for key in (*row["identifiers"], row["dropped"])})
            known = {row["key"]: row for row in await reads.identifiers(connection, tx.workspace, keys)}
        return pb.ListConflictsResponse(
            conflicts=[convert.conflict_message(row, known) for row in shown], next_page_token=token
        )

    async def ListQuarantinedEvents(
        self, request: pb.ListQuarantinedEventsRequest, _: Context
    ) -> pb.ListQuarantinedEventsResponse:
        limit = pages.clamp(request.page_size)
        before = cursor(request.page_token, int, UUID) or (reads.LAST_US, reads.LAST_ID)
        async with self._db.begin(caller().workspace) as tx:
            rows = await reads.quarantined(await tx.raw(), tx.workspace, before, limit + 1)
        shown, token = pages.page(rows, limit, lambda row: [row["receive_us"], row["id"]])
        return pb.ListQuarantinedEventsResponse(
            quarantined_events=map(convert.quarantined_message, shown), next_page_token=token
        )


async def living(tx: Tx, name: str) -> int:
    """The number of the profile under this name; a former name leads to its survivor."""
    try:
        id = UUID(name.removeprefix("profiles/"))
    except ValueError:
        raise unknown(f"There is no {name}: a profile's name is profiles/ and a UUID.", name) from None
    key = await reads.key_by_id(await tx.raw(), tx.workspace, id)
    if key is None:
        raise unknown(f"There is no {name}.", name)
    return key


async def profile(tx: Tx, key: int) -> pb.Profile:
    return convert.profile_message((await reads.profiles(await tx.raw(), tx.workspace, [key]))[key])


def unknown(sentence: str, asked: str) -> NotFound:
    return NotFound("PROFILE_NOT_FOUND", sentence, name=asked)


def told_traits(document: bytes) -> dict[str, Any]:
    try:
        traits = msgspec.json.decode(document or b"{}")
    except (ValueError, RecursionError):
        traits = None
    if problem := told_problem(traits):
        raise Invalid("TRAITS_INVALID", problem, violations=[Violation("profile.traits", problem)])
    return dict(traits)


def told_problem(traits: Any) -> str | None:
    if not isinstance(traits, dict):
        return "The traits must be a JSON object."
    if "consent" in traits:
        return "A decision is no trait: record it as a consent of the profile."
    return traits_problem(traits)


def decision_time_us(consent: pb.Consent) -> int | None:
    return convert.microseconds(consent.decision_time) if consent.HasField("decision_time") else None


def check_decision_time(consent: pb.Consent, now: datetime) -> None:
    """A decision is a fact: it lies in the past, or in the few minutes that clocks may differ."""
    told = decision_time_us(consent)
    if told is not None and told > convert.microseconds_of(now) + TOLERANCE_US:
        sentence = "A decision cannot lie in the future; leave decision_time out for now."
        raise Invalid(
            "DECISION_IN_FUTURE", sentence, violations=[Violation("consent.decision_time", sentence)]
        )


def cursor(token: str, *types: type) -> tuple[Any, ...] | None:
    """Where the page before ended; None for the first page."""
    values = pages.unseal(token, *types)
    return None if values is None else tuple(values)


def span_of(request: pb.ListActivitiesRequest) -> tuple[int, int]:
    """From and until, in microseconds, half open."""
    since = convert.microseconds(request.start_time) if request.HasField("start_time") else -reads.LAST_US
    until = convert.microseconds(request.end_time) if request.HasField("end_time") else reads.LAST_US
    return since, until


WRITABLE = {"traits"}
# Of one profile at one instant.
MOST_CONSENTS = 1000
