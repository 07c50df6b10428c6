"""Reports of failed delivery, attached to the ticket of what was not delivered; only the desk sees them."""

from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from chassis.ids import uuid7
from services.support.actions.change import SERVICE, changed, taken_up
from services.support.actions.open import say
from services.support.domain.tickets import Author, Channel, Delivery, Said
from services.support.mail.letter import Letter
from services.support.mail.thread import Hit
from services.support.store import mails, messages, threads


async def not_delivered(
    tx: Tx, letter: Letter, hit: Hit | None, came: datetime, now: datetime
) -> tuple[int | None, UUID | None]:
    """The ticket it was attached to, and its message there; none for what we never sent."""
    number = await marked(tx, letter, now)
    if number is None and hit is not None:
        number = hit.number
    case = await taken_up(tx, number, SERVICE, now) if number is not None else None
    if case is None:
        return None, None
    said = Said(
        id=uuid7(now),
        author=Author.SYSTEM,
        author_name=letter.sender,
        public=False,
        body=letter.text,
        html=letter.html,
        reply_text="",
        channel=Channel.EMAIL,
        event_time=came,
        automatic=True,
        message_id=letter.message_id,
    )
    await say(case, said)
    connection = await tx.raw()
    for place, file in enumerate(letter.files):
        about = (file.name, file.content_type, file.content_id, file.content)
        await messages.store_file(connection, tx.workspace, uuid7(now), about, now, carried=(said.id, place))
    await threads.remember(connection, tx.workspace, case.ticket.number, letter.message_id, ())
    await changed(tx, case)
    return case.ticket.number, said.id


async def marked(tx: Tx, letter: Letter, now: datetime) -> int | None:
    """Marks what came back and who cannot be reached: only of mail we really sent to them."""
    connection, number = await tx.raw(), None
    for report in letter.reports:
        sent = await messages.by_message_id(connection, tx.workspace, report.message_id)
        if sent is None or report.recipient not in {*sent["recipients"], *sent["copies"]}:
            continue
        number = sent["ticket"]
        if report.action == "failed":
            await messages.deliver(connection, tx.workspace, sent["id"], Delivery.BOUNCED)
        if report.permanent:
            reason = f"{report.status} {report.diagnostic}".strip()
            await mails.mark_dead(connection, tx.workspace, report.recipient, reason, now)
    return number
