"""A message as it could be read. Reading never fails: what cannot be read is kept as it came."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content_type: str
    content: bytes
    # By which the HTML refers to it; empty when it does not.
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report of failed delivery says of one recipient."""

    recipient: str
    # As in `5.1.1`; empty when it does not say.
    status: str
    # The Message-ID of what was not delivered.
    message_id: str
    action: str = "failed"
    diagnostic: str = ""

    @property
    def permanent(self) -> bool:
        return self.action == "failed" and not self.status.startswith("4")


@dataclass(frozen=True, slots=True)
class Letter:
    # Given by the sender, else made from what he wrote: the same mail always has the same.
    message_id: str
    sender: str
    sender_name: str
    # Where the sender wants answers to go, when that is elsewhere.
    reply_to: str
    # Everybody in To, Cc, Delivered-To and their like, in that order.
    recipients: tuple[str, ...]
    subject: str
    date: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    html: str
    files: tuple[File, ...]
    # Headers by their names in lower case.
    headers: dict[str, tuple[str, ...]]
    # It is a `multipart/report`; of a delivery, if it says of whom.
    is_report: bool
    reports: tuple[Report, ...]
    # What could not be read as it should.
    defects: tuple[str, ...]
