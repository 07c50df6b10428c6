"""An answer as it leaves: a mail made from what is kept of it. The same message makes the same mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape
from uuid import UUID

from services.support.domain.addresses import domain_of


@dataclass(frozen=True, slots=True)
class Enclosed:
    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a mail of ours says, to whom and in answer to what."""

    message_id: str
    sender_name: str
    sender: str
    reply_address: str
    recipients: Sequence[str]
    copies: Sequence[str]
    subject: str
    number: int
    text: str
    html: str
    signature: str
    files: Sequence[Enclosed]
    in_reply_to: str
    ancestors: Sequence[str]
    date: datetime
    # A machine says it: nobody shall answer by machine.
    automatic: bool

    @property
    def envelope_sender(self) -> str:
        """Where it comes back to, if it does. Nobody tells a machine that a machine's mail failed."""
        return "" if self.automatic else self.reply_address


def message_id(message: UUID, sender: str) -> str:
    return f"<{message.hex}@{domain_of(sender)}>"


def compose(answer: Answer) -> bytes:
    """Headers that hold ids are written by hand: the library would encode an id that fills a line."""
    body = EmailMessage(policy=POLICY)
    body.set_content(signed_text(answer), cte="quoted-printable")
    if answer.html:
        body.add_alternative(signed_html(answer), subtype="html", cte="quoted-printable")
        add_related(body, [file for file in answer.files if inline(file, answer.html)])
    for file in (file for file in answer.files if not (answer.html and inline(file, answer.html))):
        main, _, sub = kind(file.content_type).partition("/")
        body.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    for name, value in named(answer).items():
        body[name] = value
    return ids(answer) + body.as_bytes()


def named(answer: Answer) -> Mapping[str, str]:
    headers = {
        "From": formataddr((one_line(answer.sender_name), answer.sender)),
        "To": ", ".join(answer.recipients),
        "Cc": ", ".join(answer.copies),
        "Reply-To": answer.reply_address,
        "Subject": subject(answer),
        "Date": format_datetime(answer.date),
        "Auto-Submitted": "auto-replied" if answer.automatic else "",
        "X-Auto-Response-Suppress": "All" if answer.automatic else "",
    }
    return {name: value for name, value in headers.items() if value}


def ids(answer: Answer) -> bytes:
    """Message-ID, In-Reply-To and References, one id a line."""
    lines = [f"Message-ID: {answer.message_id}"]
    if answer.in_reply_to:
        lines.append(f"In-Reply-To: {answer.in_reply_to}")
    if answer.ancestors:
        lines.append("References: " + "\r\n ".join(answer.ancestors))
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")


def ancestry(parents: Sequence[str], parent: str) -> list[str]:
    """The parent's references and the parent itself: the first and the last of a long line."""
    line = list(dict.fromkeys(id for id in (*parents, parent) if id and id.isascii()))
    if parent in line:
        line.remove(parent)
        line.append(parent)
    return line if len(line) <= MOST_ANCESTORS else [line[0], *line[1 - MOST_ANCESTORS :]]


def subject(answer: Answer) -> str:
    """With the ticket's tag, by which it is found when a program loses the references."""
    said = one_line(answer.subject)
    answered = said if said.lower().startswith("re:") else f"Re: {said}"
    tag = f"[#{answer.number}]"
    return answered if tag in answered else f"{answered} {tag}"


def signed_text(answer: Answer) -> str:
    return f"{answer.text}\n\n-- \n{answer.signature}\n" if answer.signature else f"{answer.text}\n"


def signed_html(answer: Answer) -> str:
    below = escape(answer.signature).replace("\n", "<br>\n")
    return f"{answer.html}\n<p>-- <br>\n{below}</p>\n" if below else answer.html


def add_related(body: EmailMessage, files: Sequence[Enclosed]) -> None:
    shown = body.get_body(("html",))
    for file in files:
        assert isinstance(shown, EmailMessage), "the HTML was added before"
        main, _, sub = kind(file.content_type).partition("/")
        cid = f"<{file.content_id}>"
        shown.add_related(file.content, maintype=main, subtype=sub, cid=cid, filename=file.name)


def inline(file: Enclosed, html: str) -> bool:
    return bool(file.content_id) and file.content_id.isascii() and f"cid:{file.content_id}" in html


def kind(content_type: str) -> str:
    """What can be written as bytes; a message or a box of parts goes as what it is: a file."""
    main, _, sub = content_type.partition("/")
    fits = (
        main in {"image", "audio", "video", "application"} and sub.replace("-", "").replace(".", "").isalnum()
    )
    return content_type if fits and content_type.isascii() else "application/octet-stream"


def one_line(text: str) -> str:
    return " ".join(text.split())


POLICY = policy.SMTP.clone(cte_type="7bit")
MOST_ANCESTORS = 30
