"""Tickets by their words."""

from html import escape

import asyncpg
from rapport.support.v1 import support_pb2 as pb

from chassis import pages
from chassis.callers import caller
from chassis.db import Database, Tx
from chassis.rpc import Context
from services.support.actions.change import around
from services.support.convert import tickets as convert
from services.support.domain.search import Term, terms
from services.support.domain.tickets import Ticket
from services.support.rpc import common
from services.support.store import messages, search, tickets


class Searching:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def SearchTickets(self, request: pb.SearchTicketsRequest, _: Context) -> pb.SearchTicketsResponse:
        common.insist_on_text(request)
        limit = pages.clamp(request.page_size)
        after = pages.unseal(request.page_token, int, int) or [BEST, BEST]
        asked = terms(request.query)
        async with self._db.begin(caller().workspace) as tx:
            connection, place = await tx.raw(), (after[0], after[1])
            rows = await search.tickets(connection, tx.workspace, asked, place, limit + 1) if asked else []
            page, token = pages.page(rows, limit, lambda row: [row["score"], row["ticket"]])
            matches = await matched(tx, page, asked)
        return pb.SearchTicketsResponse(matches=matches, next_page_token=token)


async def matched(tx: Tx, rows: list[asyncpg.Record], asked: tuple[Term, ...]) -> list[pb.TicketMatch]:
    found = await tickets.several(await tx.raw(), tx.workspace, [row["ticket"] for row in rows])
    ordered = [found[row["ticket"]] for row in rows]
    near = await around(tx, ordered)
    return [
        pb.TicketMatch(
            ticket=convert.ticket_message(ticket, about), snippet=await snippet(tx, ticket, row, asked)
        )
        for ticket, about, row in zip(ordered, near, rows, strict=True)
    ]


async def snippet(tx: Tx, ticket: Ticket, row: asyncpg.Record, asked: tuple[Term, ...]) -> str:
    connection, text = await tx.raw(), ticket.subject
    if row["message"] is not None:
        message = await messages.message(connection, tx.workspace, ticket.number, row["message"])
        assert message is not None, "it was found in this transaction"
        text = message["body"]
    for mark in (search.OPENS, search.CLOSES):
        text = text.replace(mark, "")
    found = escape(await search.snippet(connection, text, asked), quote=False)
    return found.replace(search.OPENS, "<b>").replace(search.CLOSES, "</b>")


BEST = (1 << 31) - 1  # above every score and number
