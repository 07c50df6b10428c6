"""A message as mail: the envelope, and the bytes that go over the wire."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

import dkim

from services.campaign.channels.addresses import Address, read_sender, to_address
from services.campaign.channels.wording import BAD_CONTENT, line, part, phrase
from services.campaign.domain.outgoing import Outgoing, Refused


@dataclass(frozen=True, slots=True)
class Mail:
    sender: Address
    recipient: Address
    content: bytes

    @property
    def international(self) -> bool:
        """Headers or envelope hold letters beyond ASCII: only servers that offer SMTPUTF8 take it."""
        return not self.content.isascii() or self.sender.international or self.recipient.international


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key signs, and under which selector receivers find its other half."""

    domain: str
    selector: str
    # In PEM.
    key: str = field(repr=False)

    def signed(self, content: bytes) -> bytes:
        """Takes milliseconds of work, and wants a thread."""
        signature: bytes = dkim.sign(
            content,
            self.selector.encode(),
            self.domain.encode(),
            self.key.encode(),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[*SIGNED, b"from"],
        )
        return signature + content


def compose(message: Outgoing, now: datetime) -> Mail:
    """Refused, for good, when it holds what no mail may hold."""
    name, sender = read_sender(message.sender)
    recipient = to_address(message.address)
    headers = [
        ("From", mailbox("From", name, sender)),
        ("To", recipient.text),
        ("Subject", line("Subject", message.subject)),
        ("Date", format_datetime(now)),
        ("Message-ID", identity(message.message_id)),
        ("MIME-Version", "1.0"),
        *own_headers(message),
    ]
    if message.reply_to:
        headers.append(("Reply-To", mailbox("Reply-To", *read_sender(message.reply_to))))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return Mail(sender, recipient, head.encode() + body(message))


def mailbox(header: str, name: str, address: Address) -> str:
    return f"{phrase(header, name)} <{address.text}>" if name else address.text


def own_headers(message: Outgoing) -> Iterator[tuple[str, str]]:
    """List-Unsubscribe and its kin."""
    for name, value in message.headers.items():
        if not HEADER_NAME.fullmatch(name) or name.lower() in OURS:
            raise unfit(f"A message cannot have a header {name!r} of its own.")
        yield name, line(name, value)


def identity(message_id: str) -> str:
    if not MESSAGE_ID.fullmatch(message_id):
        raise unfit(f"{message_id!r} is no Message-ID.")
    return message_id


def body(message: Outgoing) -> bytes:
    """The plain text first: the last is what a reader prefers."""
    texts = [("plain", message.text), ("html", message.html)]
    parts = [part(subtype, text) for subtype, text in texts if text]
    if not parts:
        raise unfit("The message is empty.")
    if len(parts) == 1:
        return parts[0]
    boundary = f"=_{message.send.hex}"
    mark = f"--{boundary}".encode()
    head = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(mark + b"\r\n" + each + b"\r\n" for each in parts) + mark + b"--\r\n"


def unfit(sentence: str) -> Refused:
    return Refused(sentence, permanent=True, code=BAD_CONTENT)


HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,76}")
MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,200}@[!-;=?A-~]{1,253}>")
OURS = {
    "bcc",
    "cc",
    "content-transfer-encoding",
    "content-type",
    "date",
    "dkim-signature",
    "from",
    "message-id",
    "mime-version",
    "reply-to",
    "sender",
    "subject",
    "to",
}
# Those of them that a mail has. `From` is named twice, so that nobody can put another before it.
SIGNED = [
    b"from",
    b"to",
    b"reply-to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"feedback-id",
]
