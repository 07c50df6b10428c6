"""Raw bytes to a letter: never an exception. What is broken is read as far as it goes, and kept whole."""

from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser

from services.support.mail import headers as head
from services.support.mail import hypertext, words
from services.support.mail.letter import File, Letter, Report
from services.support.mail.reports import failed_recipients, reported


def parse(raw: bytes) -> Letter:
    message, broken = tree(raw)
    headers = head.all_headers(message)
    content = Content()
    if broken:
        content.defects.append(broken)
    else:
        walk(message, content)
    text, html = content.body()
    if content.defects:
        content.files.append(File("message.eml", "message/rfc822", raw))
    sender_name, sender = first(head.people(headers, "from", "sender", "resent-from"))
    own_ids = head.message_ids(headers, "message-id")
    is_report = message.get_content_type() == "multipart/report"
    in_reply_to = head.message_ids(headers, "in-reply-to")
    references = head.message_ids(headers, "references")[-MOST_REFERENCES:]
    reports = content.reports or failed_recipients(headers, [*content.quoted_ids, *in_reply_to, *references])
    return Letter(
        message_id=own_ids[0] if own_ids else head.made_id(headers, raw.partition(b"\n\n")[2] or raw),
        sender=sender,
        sender_name=sender_name[:MOST_NAME_CHARACTERS],
        reply_to=first(head.people(headers, "reply-to"))[1],
        recipients=tuple(address for _, address in head.people(headers, *RECIPIENTS)),
        subject=" ".join(words.header(value) for value in headers.get("subject", ())[:1])[:MOST_SUBJECT],
        date=head.date(headers),
        in_reply_to=in_reply_to,
        references=references,
        text=text,
        html=html,
        files=tuple(content.files),
        headers=headers,
        is_report=is_report,
        reports=tuple(with_ids(reports, content.quoted_ids)),
        defects=tuple(content.defects),
    )


def tree(raw: bytes) -> tuple[Message, str]:
    """The parts of it, and why there are none: thousands of boxes in boxes, for one."""
    try:
        return BytesParser().parsebytes(raw), ""
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError) as failure:
        return BytesHeaderParser().parsebytes(raw[:HEADER_BYTES]), f"unreadable: {type(failure).__name__}"


@dataclass(slots=True)
class Content:
    """What was found in the parts so far."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    # Message-IDs of messages that stand in this one.
    quoted_ids: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    def body(self) -> tuple[str, str]:
        html = hypertext.clean("\n".join(self.htmls)[:MOST_HTML]) if self.htmls else ""
        text = "\n\n".join(text.strip("\n") for text in self.texts if text.strip())
        return (text or hypertext.as_text(html)).replace("\r\n", "\n")[:MOST_TEXT], html


def walk(message: Message, content: Content) -> None:
    """The parts in their order, without recursion and with an end."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS or depth > DEEPEST:
            content.defects.append("more parts than we look at")
            return
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting += [(each, depth + 1) for each in reversed(inner) if isinstance(each, Message)]
        else:
            take(part, content)


def take(part: Message, content: Content) -> None:
    try:
        read(part, content)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError) as failure:
        content.defects.append(f"unreadable part: {type(failure).__name__}")


def read(part: Message, content: Content) -> None:
    kind = words.storable(part.get_content_type())
    name = words.file_name(part.get_filename() or "")
    attached = part.get_content_disposition() == "attachment"
    if kind == "message/delivery-status":
        content.reports += reported(part)
    elif kind in {"message/rfc822", "message/global"} and isinstance(part.get_payload(), list):
        whole = part.get_payload(0)
        assert isinstance(whole, Message), "the parser makes a message of it"
        content.quoted_ids += head.message_ids(head.all_headers(whole), "message-id")
        content.files.append(File(name or "message.eml", "message/rfc822", whole.as_bytes()))
    elif kind in INLINE and not attached and not name:
        data = bytes(part.get_payload(decode=True) or b"")
        text, honest = words.readable(data, part.get_content_charset())
        if not honest and "�" in text:
            content.defects.append("a charset that is none")
        if kind == "text/rfc822-headers":
            quoted = BytesHeaderParser().parsebytes(data)
            content.quoted_ids += head.message_ids(head.all_headers(quoted), "message-id")
        else:
            (content.htmls if kind == "text/html" else content.texts).append(text)
    else:
        data = bytes(part.get_payload(decode=True) or b"")
        id = words.header(str(part.get("Content-ID", ""))).strip("<> ")[:MOST_NAME_CHARACTERS]
        content.files.append(File(name or unnamed(kind, len(content.files)), kind[:200], data, id))


def unnamed(kind: str, place: int) -> str:
    ending = ENDINGS.get(kind, kind.partition("/")[2][:10] if kind.startswith("image/") else "bin")
    return f"attachment-{place + 1}.{ending}"


def with_ids(reports: list[Report], quoted: list[str]) -> list[Report]:
    """A report says of whom; of which message is told by the message that comes with it."""
    id = quoted[0] if quoted else ""
    return [
        Report(each.recipient, each.status, each.message_id or id, each.action, each.diagnostic)
        for each in reports
    ]


def first(people: list[tuple[str, str]]) -> tuple[str, str]:
    return people[0] if people else ("", "")


RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "resent-to")
INLINE = {"text/plain", "text/html", "text/rfc822-headers"}
ENDINGS = {"text/plain": "txt", "text/html": "html", "text/calendar": "ics", "application/pdf": "pdf"}
HEADER_BYTES = 100_000
MOST_PARTS = 200
DEEPEST = 30
MOST_REFERENCES = 100
MOST_NAME_CHARACTERS = 300
MOST_SUBJECT = 1000
MOST_TEXT = 500_000
MOST_HTML = 2_000_000
