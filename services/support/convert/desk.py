"""Teams, agents and mailboxes to messages."""

import asyncpg
from rapport.support.v1 import desk_pb2 as pb

from services.support.convert.tickets import team_name
from services.support.convert.times import timestamp


def team_message(row: asyncpg.Record) -> pb.Team:
    return pb.Team(
        name=team_name(row["slug"]),
        display_name=row["display_name"],
        routing=row["routing"],
        calendar=row["calendar"],
        queued_count=row["queued_count"],
        etag=str(row["revision"]),
        create_time=timestamp(row["create_time"]),
        update_time=timestamp(row["update_time"]),
    )


def agent_message(row: asyncpg.Record) -> pb.Agent:
    return pb.Agent(
        name=f"agents/{row['id']}",
        display_name=row["display_name"],
        email=row["email"],
        teams=[team_name(slug) for slug in row["teams"]],
        skills=row["skills"],
        capacity=row["capacity"],
        available=row["available"],
        active_count=row["active_count"],
        etag=str(row["revision"]),
        create_time=timestamp(row["create_time"]),
        update_time=timestamp(row["update_time"]),
    )


def mailbox_message(row: asyncpg.Record) -> pb.Mailbox:
    return pb.Mailbox(
        name=f"mailboxes/{row['slug']}",
        display_name=row["display_name"],
        address=row["address"],
        team=team_name(row["team"]),
        reopen_days=row["reopen_days"],
        same_subject_days=row["same_subject_days"],
        auto_reply=row["auto_reply"],
        signature=row["signature"],
        etag=str(row["revision"]),
        create_time=timestamp(row["create_time"]),
        update_time=timestamp(row["update_time"]),
    )
