"""Calendars: when the desk is open."""

import asyncio
from collections.abc import Iterable

import asyncpg
from google.protobuf.empty_pb2 import Empty
from rapport.support.v1 import desk_pb2
from rapport.support.v1 import support_pb2 as pb

from chassis import masks, pages
from chassis.callers import caller
from chassis.clock import Clock
from chassis.db import Database, Tx
from chassis.errors import AlreadyExists, Invalid, NotFound, NotNow, Violation
from chassis.idempotency import answer, answered
from chassis.rpc import Context
from services.support.convert import calendars as convert
from services.support.convert import feeds
from services.support.rpc import common
from services.support.store import calendars as store
from services.support.store import targets


class Calendars:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def CreateCalendar(self, request: pb.CreateCalendarRequest, _: Context) -> desk_pb2.Calendar:
        common.insist_on_text(request)
        said, slug = request.calendar, request.calendar.name.removeprefix("calendars/")
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Calendar):
                return reply
            connection = await tx.raw()
            said.time_zone = said.time_zone or await store.time_zone(connection, tx.workspace)
            for each in said.holidays:
                each.ClearField("feed_uid")
            insist_on_sense(said)
            made = convert.definition(said.time_zone, said.open_hours, said.holidays)
            if not await store.create(connection, tx.workspace, slug, said.display_name, made, self._clock()):
                raise AlreadyExists("NAME_TAKEN", f"There is a calendar {slug} already.", name=said.name)
            return await answer(tx, request, await shown(tx, slug))

    async def GetCalendar(self, request: pb.GetCalendarRequest, _: Context) -> desk_pb2.Calendar:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace) as tx:
            return await shown(tx, request.name.removeprefix("calendars/"))

    async def ListCalendars(self, request: pb.ListCalendarsRequest, _: Context) -> pb.ListCalendarsResponse:
        limit = pages.clamp(request.page_size, most=MOST_ON_A_PAGE)
        after = pages.unseal(request.page_token, str) or [""]
        async with self._db.begin(caller().workspace) as tx:
            rows = await store.page(await tx.raw(), tx.workspace, after[0], limit + 1)
        page, token = pages.page(rows, limit, lambda row: [row["slug"]])
        return pb.ListCalendarsResponse(calendars=map(convert.calendar_message, page), next_page_token=token)

    async def UpdateCalendar(self, request: pb.UpdateCalendarRequest, _: Context) -> desk_pb2.Calendar:
        common.insist_on_text(request)
        said = request.calendar
        paths = masks.changed(request.update_mask, said, WRITABLE)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Calendar):
                return reply
            row = await calendar(tx, said.name.removeprefix("calendars/"), lock=True)
            common.insist_on_revision(said.etag, row, "calendar")
            meant = convert.calendar_message(row)
            fed = {each.date: each.feed_uid for each in meant.holidays}
            for path in paths:
                meant.ClearField(path)
            meant.MergeFrom(only(said, paths))
            if "holidays" in paths:
                for each in meant.holidays:
                    each.feed_uid = fed.get(each.date, "")
            meant.time_zone = meant.time_zone or await store.time_zone(await tx.raw(), tx.workspace)
            insist_on_sense(meant)
            await self._write(tx, row, meant)
            return await answer(tx, request, await shown(tx, row["slug"]))

    async def ImportHolidays(self, request: pb.ImportHolidaysRequest, _: Context) -> desk_pb2.Calendar:
        common.insist_on_text(request)
        fed = await read(request.icalendar, self._clock().year)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            if reply := await answered(tx, request, desk_pb2.Calendar):
                return reply
            row = await calendar(tx, request.name.removeprefix("calendars/"), lock=True)
            meant = convert.calendar_message(row)
            holidays = feeds.merged(meant.holidays, fed)
            if len(holidays) > feeds.MOST_HOLIDAYS:
                raise unfit([("icalendar", f"leaves more than {feeds.MOST_HOLIDAYS} holidays")])
            del meant.holidays[:]
            meant.holidays.extend(holidays)
            await self._write(tx, row, meant)
            return await answer(tx, request, await shown(tx, row["slug"]))

    async def DeleteCalendar(self, request: pb.DeleteCalendarRequest, _: Context) -> Empty:
        common.insist_on_text(request)
        async with self._db.begin(caller().workspace, cause=caller().request_id) as tx:
            connection = await tx.raw()
            slug = (await calendar(tx, request.name.removeprefix("calendars/"), lock=True))["slug"]
            if await store.in_use(connection, tx.workspace, slug):
                raise NotNow(
                    "CALENDAR_IN_USE",
                    f"Policies or teams count on {slug}; give them another calendar first.",
                    name=request.name,
                )
            await store.delete(connection, tx.workspace, slug)
        return Empty()

    async def _write(self, tx: Tx, row: asyncpg.Record, meant: desk_pb2.Calendar) -> None:
        """What is as it was is not written; other hours are a new version, and open tickets follow."""
        connection, now = await tx.raw(), self._clock()
        made = convert.definition(meant.time_zone, meant.open_hours, meant.holidays)
        if made != row["definition"]:
            await targets.change_terms(connection, tx.workspace, now)
            await store.redefine(connection, tx.workspace, row["slug"], made)
        if made != row["definition"] or meant.display_name != row["display_name"]:
            await store.rename(connection, tx.workspace, row["slug"], meant.display_name, now)


async def calendar(tx: Tx, slug: str, *, lock: bool = False) -> asyncpg.Record:
    row = await store.calendar(await tx.raw(), tx.workspace, slug, lock=lock)
    if row is None:
        raise no_calendar(slug)
    return row


async def shown(tx: Tx, slug: str) -> desk_pb2.Calendar:
    return convert.calendar_message(await calendar(tx, slug))


async def hold_calendar(tx: Tx, name: str, path: str) -> None:
    """There is one of this name, or none is meant; it stays until the transaction ends."""
    slug = name.removeprefix("calendars/")
    named = name == f"calendars/{slug}"
    if name and not (named and await store.hold(await tx.raw(), tx.workspace, slug)):
        raise no_calendar(slug, path)


async def read(icalendar: str, year: int) -> list[desk_pb2.Holiday]:
    """In a thread of its own: a feed may be long."""
    try:
        return await asyncio.to_thread(feeds.holidays, icalendar, year)
    except feeds.Unreadable as broken:
        raise unfit([("icalendar", str(broken))]) from None


def only(said: desk_pb2.Calendar, paths: Iterable[str]) -> desk_pb2.Calendar:
    made = desk_pb2.Calendar()
    made.CopyFrom(said)
    for field, _ in said.ListFields():
        if field.name not in paths:
            made.ClearField(field.name)
    return made


def insist_on_sense(said: desk_pb2.Calendar) -> None:
    if found := list(convert.problems(said)):
        raise unfit([(f"calendar.{path}", sentence) for path, sentence in found])


def unfit(found: list[tuple[str, str]]) -> Invalid:
    path, sentence = found[0]
    return Invalid(
        "CALENDAR_INVALID", f"{path} {sentence}.", violations=[Violation(*problem) for problem in found]
    )


def no_calendar(slug: str, path: str = "") -> NotFound:
    sentence = f"There is no calendar {slug}."
    violations = [Violation(path, sentence)] if path else []
    return NotFound("CALENDAR_NOT_FOUND", sentence, violations=violations, name=f"calendars/{slug}")


WRITABLE = {"display_name", "time_zone", "open_hours", "holidays"}
# A calendar has up to a thousand holidays.
MOST_ON_A_PAGE = 50
