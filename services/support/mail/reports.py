"""Reports of failed delivery: RFC 3464, and the header some servers use instead."""

from collections.abc import Sequence
from email.message import Message

from services.support.domain.addresses import plain
from services.support.mail import words
from services.support.mail.letter import Report

Headers = dict[str, tuple[str, ...]]


def reported(part: Message) -> list[Report]:
    """One for each recipient a `message/delivery-status` tells of, if it failed or waits."""
    blocks = part.get_payload()
    found = []
    for block in blocks if isinstance(blocks, list) else []:
        assert isinstance(block, Message), "the parser makes messages of them"
        recipient = address(field(block, "Final-Recipient")) or address(field(block, "Original-Recipient"))
        action = field(block, "Action").lower()
        if recipient and action in {"failed", "delayed"}:
            status = field(block, "Status").partition(" ")[0]
            found.append(Report(recipient, status, "", action, field(block, "Diagnostic-Code")[:500]))
    return found[:MOST_REPORTS]


def failed_recipients(headers: Headers, ids: Sequence[str]) -> list[Report]:
    """`X-Failed-Recipients` names them all; what they did not get comes with it or is referred to."""
    named = [plain(each) for value in headers.get("x-failed-recipients", ()) for each in value.split(",")]
    id = ids[0] if ids else ""
    return [Report(each, "", id) for each in named if each][:MOST_REPORTS]


def field(block: Message, name: str) -> str:
    return words.header(str(block.get(name, "")))


def address(value: str) -> str:
    """`rfc822; ada@example.com`."""
    return plain(value.rpartition(";")[2].strip().strip("<>"))


MOST_REPORTS = 100
