"""Tickets, their messages and files to messages of the protos."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from rapport.support.v1 import tickets_pb2 as pb

from services.support.convert.times import maybe, timestamp
from services.support.domain.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a ticket in other tables."""

    participants: Sequence[str] = ()
    linked: Sequence[int] = ()
    absorbed: Sequence[int] = field(default=())


def ticket_message(ticket: Ticket, around: Around) -> pb.Ticket:
    return pb.Ticket(
        name=ticket.name,
        profile=profile_name(ticket.profile),
        subject=ticket.subject,
        state=ticket.state,  # type: ignore[arg-type]  # the numbers are the protos'
        priority=ticket.priority,  # type: ignore[arg-type]
        channel=ticket.channel,  # type: ignore[arg-type]
        assignee=agent_name(ticket.assignee),
        team=team_name(ticket.team),
        tags=ticket.tags,
        custom_fields=ticket.custom_fields.encode(),
        orders=ticket.orders,
        participants=around.participants,
        linked_tickets=[ticket_name(number) for number in around.linked],
        absorbed_tickets=[ticket_name(number) for number in around.absorbed],
        hold_until_time=maybe(ticket.hold_until_time),
        waiting_since_time=maybe(ticket.waiting_since_time),
        due_time=maybe(ticket.due_time),
        last_contact_time=maybe(ticket.last_contact_time),
        resolve_time=maybe(ticket.resolve_time),
        message_count=ticket.message_count,
        etag=str(ticket.revision),
        create_time=timestamp(ticket.create_time),
        update_time=timestamp(ticket.update_time),
    )


def message_message(row: asyncpg.Record, files: Sequence[UUID]) -> pb.Message:
    return pb.Message(
        name=f"{ticket_name(row['ticket'])}/messages/{row['id']}",
        author=row["author"],
        author_name=row["author_name"],
        internal=not row["public"],
        text=row["body"],
        html=row["html"],
        reply_text=row["reply_text"],
        attachments=[f"attachments/{id}" for id in files],
        channel=row["channel"],
        message_id=row["message_id"],
        automatic=row["automatic"],
        delivery=row["delivery"],
        event_time=timestamp(row["event_time"]),
        create_time=timestamp(row["create_time"]),
    )


def attachment_message(row: Any) -> pb.Attachment:
    return pb.Attachment(
        name=f"attachments/{row['id']}",
        file_name=row["file_name"],
        content_type=row["content_type"],
        size_bytes=len(row["content"]),
        content=row["content"],
        content_id=row["content_id"],
        create_time=timestamp(row["create_time"]),
    )


def change_message(row: asyncpg.Record) -> pb.TicketChange:
    return pb.TicketChange(
        actor=row["actor"],
        field=row["field"],
        old_value=row["old_value"],
        new_value=row["new_value"],
        reason=row["reason"],
        event_time=timestamp(row["event_time"]),
    )


def ticket_name(number: int) -> str:
    return f"tickets/{number}"


def profile_name(id: UUID | None) -> str:
    return f"profiles/{id}" if id else ""


def agent_name(id: UUID | None) -> str:
    return f"agents/{id}" if id else ""


def team_name(slug: str) -> str:
    return f"teams/{slug}" if slug else ""
