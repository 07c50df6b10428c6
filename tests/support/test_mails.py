"""Mail of the world by the real door: each file in mails/ is sent by SMTP, and has to end where it belongs.

Before it comes there is ticket 1 of ada@example.com: she wrote <first@example.com>, the desk answered by mail
and waits for her. In a file {SENT_ID} is the id of that answer, {REPLY} the address it asks to reply to.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rapport.support.v1 import support_pb2 as pb
from rapport.support.v1 import tickets_pb2 as t

from tests.support.house import Shop

FOLDER = Path(__file__).parent / "mails"
NEW, TOKEN, REFERENCES, TAG, LINKED, REPORT = (
    pb.ReceiveMailResponse.Threading.Value(name)
    for name in ("NEW_TICKET", "REPLY_TOKEN", "REFERENCES", "SUBJECT_TAG", "LINKED_TICKET", "DELIVERY_REPORT")
)
WAITING, OPEN = t.Ticket.WAITING, t.Ticket.OPEN


@dataclass(frozen=True)
class Ends:
    """What became of a mail. What is None is not asked."""

    why: int
    # 1 is the ticket there was; 2 a new one; 0 none.
    ticket: int = 2
    automatic: bool = False
    subject: str | None = None
    text: str | None = None
    reply: str | None = None
    html: str | None = None
    files: tuple[str, ...] | None = ()
    sender: str = "ada@example.com"
    # Of ticket 1, afterwards: it waited for her.
    state: int = WAITING
    envelope: str = "ada@example.com"
    to: str = "help@shop.example"
    internal: bool = False
    linked: bool = False


def new(**more: Any) -> Ends:
    return Ends(NEW, **more)


def reply(why: int = REFERENCES, **more: Any) -> Ends:
    return Ends(why, **{"ticket": 1, "state": OPEN, **more})


def machine(why: int = NEW, **more: Any) -> Ends:
    return Ends(why, **{"automatic": True, **more})


def bounce(**more: Any) -> Ends:
    about = {"ticket": 1, "internal": True, "envelope": "", "sender": "mailer-daemon@mx.example"}
    return machine(REPORT, **{**about, "to": "{REPLY}", **more})


EXPECTED = {
    "plain": new(subject="A question", text="Do you sell chairs?", reply="Do you sell chairs?"),
    # Where it belongs.
    "reply_to_what_we_sent": reply(reply="Thank you!"),
    "reply_token": reply(TOKEN, text="By the token.", to="{REPLY}"),
    "reply_token_in_capitals": reply(TOKEN, to="{REPLY_UPPER}"),
    "reply_token_in_cc": reply(TOKEN),
    "reply_token_forged": new(text="I made it up."),
    "reference_to_her_own": reply(text="Noch etwas."),
    "reference_without_angles": reply(),
    "subject_tag": reply(TAG),
    "subject_tag_of_none": new(subject="My lamp"),
    "stranger_with_reference": Ends(LINKED, sender="eve@evil.example", linked=True),
    "stranger_with_token": Ends(LINKED, sender="eve@evil.example", linked=True, to="{REPLY}"),
    # Machines.
    "vacation": machine(REFERENCES, ticket=1),
    "auto_submitted_no": reply(),
    "suppress_only_asks": new(),
    "newsletter": machine(sender="news@letters.example"),
    "precedence_bulk": machine(sender="bulk@letters.example"),
    "no_reply": machine(sender="no-reply@parcels.example"),
    "own_address": machine(sender="help@shop.example"),
    "x_loop": machine(),
    "bounce": bounce(files=None),
    "bounce_for_a_while": bounce(files=None),
    "bounce_of_somebody_else": bounce(files=None),
    "bounce_of_nothing_we_sent": bounce(ticket=0, to="help@shop.example"),
    "bounce_exim": bounce(sender="mailer-daemon@exim.example"),
    "read_receipt": machine(REFERENCES, ticket=1, files=None),
    # Charsets.
    "encoded_subject": new(subject="Größe der Lämpchen"),
    "letter_cut_in_two": new(subject="Größe"),
    "encoded_inside_quotes": new(subject="x ✓y", sender="joerg@example.com"),
    "raw_utf8_headers": new(subject="Grüße", text="Grüße ohne Kopf", sender="joerg@example.com"),
    "raw_latin1": new(subject="Grüße", text="Grüße ohne Angabe", sender="joerg@example.com"),
    "wrong_charset": new(text="Grüße in Latin"),
    "unknown_charset": new(text="Grüße trotzdem"),
    "chinese": new(subject="你好", text="你好"),
    "broken_base64": new(text="Hello there"),
    "nul_bytes": new(subject="nul inside", text="beforeafter"),
    # What is missing or broken.
    "no_message_id": new(text="No id."),
    "no_date": new(text="No date."),
    "date_of_the_future": new(text="From the future."),
    "date_nonsense": new(text="Nonsense."),
    "no_from": new(text="Who am I?"),
    "broken_from": new(text="Still me."),
    "no_subject": new(subject="(no subject)"),
    "no_headers_at_all": new(subject="(no subject)", text="This is no mail at all."),
    "headers_only": new(subject="Empty", text=""),
    "header_without_colon": new(subject="Odd", files=None),
    "several_recipients": new(subject="Together"),
    "reply_to_elsewhere": new(subject="Answer home"),
    # Parts.
    "alternative": new(text="Plain words.", html="<p>Plain <b>words</b>.<img></p>"),
    "html_only": new(text="Hello there\n\ntwo"),
    "inline_image": new(html='<p>See <img src="cid:lamp@1"></p>', files=("lamp.png",)),
    "odd_file_names": new(files=("Rechnung €.pdf", "Übersicht.xls", "evil.exe", "attachment-4.jpeg")),
    "winmail": new(text="See attached.", files=("winmail.dat",)),
    "forwarded_as_attachment": new(subject="look", text="Look.", files=("message.eml",)),
    "boundary_never_closed": new(text="Never closed."),
    "boundary_missing": new(subject="No boundary", files=None),
    "boxes_in_boxes": new(subject="Boxes", files=("message.eml",)),
    "two_texts": new(text="Above.\n\nBelow.", files=("x.gif",)),
    "long_line": new(subject="Long"),
    # What is new in it.
    "quote_german": reply(reply="Danke, passt."),
    "quote_french": reply(reply="Merci beaucoup."),
    "quote_outlook": reply(reply="Thanks."),
    "quote_dutch": reply(reply="Prima."),
    "quote_above": reply(reply="When, please?"),
    "signature": reply(reply="Soon, please."),
}


def test_every_file_has_its_expected_end():
    assert {*EXPECTED} == {path.stem for path in FOLDER.glob("*.eml")}
    assert len(EXPECTED) >= 30


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_mail_ends_where_it_belongs(shop, name):
    ends, words = EXPECTED[name], await waiting_for_her(shop)
    raw = filled((FOLDER / f"{name}.eml").read_bytes(), words)
    to = filled(ends.to.encode(), words).decode()
    await shop.house.send(raw, [to], ends.envelope)
    await shop.until_taken_in()

    (row,) = await shop.rows("SELECT * FROM mail WHERE message_id <> '<first@example.com>'")
    number = row["ticket"] or 0
    assert (ends.why, ends.ticket, ends.automatic, "") == (
        row["threading"],
        number,
        row["automatic"],
        row["failure"],
    )
    assert ends.state == (await shop.ticket("tickets/1")).state
    if number:
        await has_ended(shop, ends, number, str(row["message"]), words)


async def waiting_for_her(shop: Shop) -> dict[str, str]:
    """Ticket 1; and what the file says of it."""
    await shop.mailbox(display_name="Help")
    await shop.write(Message_ID="<first@example.com>")
    said = await shop.say("tickets/1", hold=True)
    (sent,) = await shop.sent()
    reply_to = str(sent.mail["Reply-To"])
    return {
        "help@shop.example": shop.address,
        "{SENT_ID}": said.message_id,
        "{REPLY}": reply_to,
        "{REPLY_UPPER}": reply_to.upper(),
    }


async def has_ended(shop: Shop, ends: Ends, number: int, id: str, words: dict[str, str]) -> None:
    ticket = await shop.ticket(f"tickets/{number}")
    message = await shop.ask(pb.GetMessageRequest(name=f"{ticket.name}/messages/{id}"))
    sender = filled(ends.sender.encode(), words).decode()
    assert (sender, ends.internal, ends.automatic) == (
        message.author_name,
        message.internal,
        message.automatic,
    )
    assert (["tickets/1"] if ends.linked else []) == list(ticket.linked_tickets)
    said = {"text": message.text.strip(), "reply": message.reply_text, "html": message.html.strip()}
    said["subject"] = ticket.subject
    for what, found in said.items():
        assert getattr(ends, what) in {None, found}, what
    if ends.files is not None:
        files = [await shop.ask(pb.GetAttachmentRequest(name=each)) for each in message.attachments]
        assert ends.files == tuple(each.file_name for each in files)


def filled(raw: bytes, words: dict[str, str]) -> bytes:
    for word, meaning in words.items():
        raw = raw.replace(word.encode(), meaning.encode())
    return raw
