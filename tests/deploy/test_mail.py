"""The mail sink: what it was told is kept, shown as it is to whoever looks, and dangerous to nobody."""

import argparse
import asyncio
import json
import os
import signal
import smtplib
import sys
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.house import free_port
from deploy.local.mail.__main__ import address
from deploy.local.mail.letters import headers, read
from deploy.local.mail.sink import mail_sink
from tests.eventually import eventually


@pytest.fixture
async def sink(tmp_path):
    async with mail_sink(tmp_path / "mail") as running:
        yield running


@pytest.fixture
async def browser(sink):
    async with httpx.AsyncClient(base_url=sink.url, trust_env=False) as client:
        yield client


async def deliver(sink, content: bytes, *to: str) -> None:
    port = int(sink.smtp_url.rpartition(":")[2])
    await asyncio.to_thread(send, port, content, to or ("ada@shop.example",))


def send(port: int, content: bytes, to) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.sendmail("news@shop.example", to, content)


def letter(subject="Hello", id="<1@shop.example>", text="Hello, Ada.", html=None) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "news@shop.example", "ada@shop.example", subject
    message["Message-ID"] = id
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes(policy=SMTP)


async def test_a_mail_is_kept_as_it_came(sink, browser):
    content = letter("Grüße 💐", html="<p>Grüße, Ada.</p>")
    await deliver(sink, content, "ada@shop.example", "bob@shop.example")

    ((found),) = (await browser.get("/api/mails")).json()["mails"]
    whole = (await browser.get(f"/api/mails/{found['id']}")).json()
    raw = (await browser.get(f"/mails/{found['id']}.eml")).content

    assert ("Grüße 💐", "<1@shop.example>", 1) == (found["subject"], found["message_id"], found["copies"])
    assert ["ada@shop.example", "bob@shop.example"] == found["to"]
    assert ("Hello, Ada.\n", "<p>Grüße, Ada.</p>\n") == (unified(whole["text"]), unified(whole["html"]))
    assert {"name": "Subject", "value": "Grüße 💐"} in whole["headers"]
    assert content.replace(b"\r\n", b"\n").rstrip() == raw.replace(b"\r\n", b"\n").rstrip()


async def test_a_mail_that_comes_twice_is_kept_twice_and_counted(sink, browser):
    for _ in range(2):
        await deliver(sink, letter())
    await deliver(sink, letter(id="<2@shop.example>"))

    found = (await browser.get("/api/mails")).json()["mails"]
    copies = {mail["message_id"]: mail["copies"] for mail in found}
    assert {"<1@shop.example>": 2, "<2@shop.example>": 1} == copies
    assert 3 == len(await sink.mails())
    assert 2 == (await sink.message("<1@shop.example>")).mail.copies
    assert "It came 2 times" in (await browser.get("/mails/1")).text


async def test_whoever_asks_for_a_message_hears_whether_it_is_here(sink, browser):
    id = "<a/b+c%25=d@shop.example>"
    await deliver(sink, letter(id=id))

    for written in (quote(id, safe=""), quote(id.strip("<>"), safe="")):
        found = await browser.get(sink.lookup_url + written)
        assert (200, id, 1) == (found.status_code, found.json()["message_id"], found.json()["copies"])
    assert 404 == (await browser.get(f"{sink.lookup_url}{quote('<2@shop.example>')}")).status_code
    assert await sink.message("<2@shop.example>") is None


async def test_mails_are_found_by_recipient_and_page_by_page(sink, browser):
    for n in range(5):
        await deliver(sink, letter(f"Number {n}", f"<{n}@shop.example>"), f"ada+{n % 2}@Shop.example")

    async def subjects(query: str) -> list[str]:
        return [mail["subject"] for mail in (await browser.get(f"/api/mails?{query}")).json()["mails"]]

    assert ["Number 3", "Number 1"] == await subjects("to=ADA%2B1@shop.example")
    assert ["Number 4", "Number 3"] == await subjects("limit=2")
    assert ["Number 2", "Number 3"] == await subjects("after=2&limit=2")
    assert [] == await subjects("to=shop.example")
    assert ["Number 1", "Number 3"] == [one.mail.subject for one in await sink.mails(to="ada+1@shop.example")]
    page = (await browser.get("/?to=ada%2B0")).text
    assert ["Number 4", "Number 2", "Number 0"] == sorted(
        (f"Number {n}" for n in range(5) if f"Number {n}" in page), reverse=True
    )


async def test_deleting_forgets_all_and_gives_no_number_twice(sink, browser):
    await deliver(sink, letter())
    await browser.delete("/api/mails")
    assert [] == await sink.mails()

    await deliver(sink, letter())
    assert [2] == [one.mail.id for one in await sink.mails()]


async def test_nothing_in_a_mail_runs_on_its_page(sink, browser):
    evil = "<script>alert(1)</script>"
    await deliver(
        sink, letter(f"{evil}\"'", text=evil, html=f"{evil}<a href='https://shop.example'>Shop</a>")
    )

    for page in (await browser.get("/"), await browser.get("/mails/1")):
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
    single = (await browser.get("/mails/1")).text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in single
    frame = await browser.get("/mails/1/html")
    assert "https://shop.example" in frame.text
    policy = frame.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert not {"allow-scripts", "allow-same-origin", "script-src"} & set(policy.replace(";", " ").split())
    raw = await browser.get("/mails/1.eml")
    assert ("message/rfc822", "nosniff") == (
        raw.headers["content-type"],
        raw.headers["x-content-type-options"],
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no headers at all",
        b"Subject: =?utf-8?b?****?= =?nope?q?x?=\r\n\r\nx",
        b"Subject: Gr\xfc\xdfe\r\nMessage-ID:\r\n\r\n\xff\xfe",
        b"Content-Type: text/html; charset=nonsense\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhalf",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Disposition: attachment; filename*=utf-8''%ff\r\n\r\nx",
    ],
)
async def test_a_broken_mail_is_kept_and_can_be_looked_at(sink, browser, content):
    await deliver(sink, content)

    (found,) = (await browser.get("/api/mails")).json()["mails"]
    answers = [await browser.get(f"/{path}") for path in ("", "mails/1", "mails/1/html", "mails/1.eml")]
    answers.append(await browser.get("/api/mails/1"))
    assert ([200] * 5, 1) == ([answer.status_code for answer in answers], found["copies"])


@given(st.binary(max_size=2000))
def test_anything_can_be_read(content):
    found = read(content)
    assert [found.header("Subject"), ""] == headers(content, "Subject", "Nobody-Knows-It")
    json.dumps(found.headers)


async def test_a_large_mail_is_kept_whole(sink, browser):
    text = "A line that fills the mail up.\n" * 200_000
    await deliver(sink, letter(text=text))

    assert text == unified((await browser.get("/api/mails/1")).json()["text"])


@pytest.mark.parametrize("content", [b"", b"\r\n", b".", b".\r\n..\r\n.a", b"a\r\n\r\n.\r\n\r\n", b"x" * 990])
async def test_dots_are_kept_where_they_stood(sink, browser, content):
    await deliver(sink, content)

    raw = (await browser.get("/mails/1.eml")).content
    assert content.removesuffix(b"\r\n") == raw.removesuffix(b"\r\n")


@pytest.mark.parametrize(("size", "line", "code"), [(40_000_000, 900, 552), (10_000, 5000, 500)])
async def test_what_no_server_would_take_is_not_taken(sink, size, line, code):
    content = b"\r\n".join([b"x" * line] * (size // line))
    port = int(sink.smtp_url.rpartition(":")[2])

    def said() -> int:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
            # Without its size, which would be enough to refuse it.
            smtp.ehlo()
            smtp.mail("news@shop.example")
            smtp.rcpt("ada@shop.example")
            return smtp.data(content)[0]

    assert code == await asyncio.to_thread(said)
    await deliver(sink, letter())
    assert 1 == len(await sink.mails())


async def test_who_goes_away_midway_leaves_nothing(sink):
    port = int(sink.smtp_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for line in (b"EHLO a", b"MAIL FROM:<a@a>", b"RCPT TO:<b@b>", b"DATA", b"Subject: half"):
        writer.write(line + b"\r\n")
    await reader.readuntil(b"354")
    writer.close()
    await writer.wait_closed()

    await deliver(sink, letter())
    assert ["Hello"] == [one.mail.subject for one in await sink.mails()]


async def test_many_at_once_are_all_kept(sink):
    await asyncio.gather(*(deliver(sink, letter(id=f"<{n}@shop.example>")) for n in range(40)))

    assert 40 == len({one.mail.message_id for one in await sink.mails()})


async def test_what_is_not_there_is_said_so(sink, browser):
    for path in ("/mails/7", "/mails/7/html", "/mails/7.eml", "/api/mails/7", "/nowhere", "/mails/x"):
        assert 404 == (await browser.get(path)).status_code
    assert 404 == (await browser.post("/api/mails")).status_code
    assert "There is none." in (await browser.get("/")).text
    assert (200, b"") == ((head := await browser.head("/")).status_code, head.content)


async def test_a_page_elsewhere_cannot_read_along_under_a_name_of_its_own(sink, browser):
    answer = await browser.get("/api/mails", headers={"Host": "evil.example"})
    assert 421 == answer.status_code
    assert 200 == (await browser.get("/", headers={"Host": "localhost"})).status_code


async def test_faults_happen_as_often_as_they_are_told(sink):
    sink.faults.drop, sink.faults.times = "after_storing", 1
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
        await deliver(sink, letter())
    await deliver(sink, letter())

    assert [2, 2] == [one.mail.copies for one in await sink.mails()]


async def test_what_was_taken_is_there_after_a_kill(tmp_path):
    smtp, http = free_port(), free_port()
    told = (sys.executable, "-m", "deploy.local.mail", "--smtp", f"127.0.0.1:{smtp}",
            "--http", f"127.0.0.1:{http}", "--folder", str(tmp_path / "mail"))  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http}", trust_env=False) as browser:

        async def answers() -> bool:
            try:
                return (await browser.get("/api/mails")).is_success
            except httpx.ConnectError:
                return False

        first = await asyncio.create_subprocess_exec(*told, env=environment)
        await eventually(True, answers, seconds=30)
        await asyncio.to_thread(send, smtp, letter(), ["ada@shop.example"])
        first.kill()
        await first.wait()

        second = await asyncio.create_subprocess_exec(*told, env=environment)
        await eventually(True, answers, seconds=30)
        (kept,) = (await browser.get("/api/mails")).json()["mails"]
        second.send_signal(signal.SIGTERM)

        assert ("<1@shop.example>", 0) == (kept["message_id"], await second.wait())


@pytest.mark.parametrize("text", ["0.0.0.0:25", "shop.example:25", "127.0.0.1", ":25", "127.0.0.1:x"])
def test_it_listens_on_this_machine_alone(text):
    with pytest.raises(argparse.ArgumentTypeError, match=r"127\.0\.0\.1:PORT"):
        address(text)
    assert 25 == address("127.0.0.1:25")


def unified(text: str) -> str:
    return text.replace("\r\n", "\n")


async def test_what_nobody_shall_answer_comes_from_nobody(sink, browser):
    """As the desk answers by itself: `MAIL FROM:<>`, so that no machine answers a machine."""
    port = int(sink.smtp_url.rpartition(":")[2])

    def say() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
            smtp.sendmail("", ["ada@shop.example"], letter())

    await asyncio.to_thread(say)
    ((found),) = (await browser.get("/api/mails")).json()["mails"]
    assert ("", ["ada@shop.example"]) == (found["sender"], found["to"])
    assert 200 == (await browser.get(f"/mails/{found['id']}")).status_code
