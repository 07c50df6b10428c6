"""What mail says: never an exception, never endless."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.support.domain.addresses import plain
from services.support.mail import automatic
from services.support.mail.hypertext import as_text, clean
from services.support.mail.parse import parse
from services.support.mail.replies import reply_text
from services.support.mail.thread import bare_subject
from services.support.mail.words import file_name

HEADERS = st.sampled_from(
    [
        b"From",
        b"To",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"References",
        b"Content-Type",
        b"Content-Disposition",
        b"Content-Transfer-Encoding",
        b"Content-ID",
        b"Reply-To",
        b"Auto-Submitted",
        b"MIME-Version",
    ]
)
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=b",
            b"multipart/report; boundary=b",
            b"message/rfc822",
            b"base64",
            b"text/html; charset=\xff",
            b"text/plain; charset*0*=x''y",
            b"quoted-printable",
            b"x-uuencode",
            b"=?utf-8?B?w?= =?x?q?=?=",
            b"a\xc3\xbc@b.c",
            b"a\xff@b.c",
            b"<a\xff@b>",
            b'"a" <a@b.c>, <',
            b"attachment; filename*=bad'",
            b"<a@b> <c@d>",
            b"message/delivery-status",
            b"image/png; name=\x00",
            b"multipart/mixed",
            b"text/calendar",
        ]
    ),
)
BODIES = st.one_of(
    st.binary(max_size=200), st.just(b"--b\r\n\r\nx\r\n--b--"), st.just(b"--b\nContent-Type: a")
)


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=8), st.lists(BODIES, max_size=4))
def test_whatever_comes_is_read(headers, bodies):
    raw = b"".join(name + b": " + value + b"\n" for name, value in headers) + b"\n" + b"\n".join(bodies)
    letter = parse(raw)

    assert letter == parse(raw), "the same mail is always the same, without an id as well"
    assert letter.message_id.startswith("<")
    kept = [letter.subject, letter.text, letter.html, letter.sender, letter.reply_to, letter.sender_name]
    kept += [*letter.recipients, *letter.references, *letter.in_reply_to, letter.message_id]
    kept += [text for file in letter.files for text in (file.name, file.content_type, file.content_id)]
    for text in kept:
        assert "\0" not in text
        text.encode()
    reply_text(letter.text)
    automatic.why_automatic(automatic.Arrival(letter, None, set()))


@given(st.binary(max_size=400))
def test_bytes_of_any_kind_are_read(raw):
    parse(raw)


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 200000,
        "On " * 60000,
        "On 1\n" * 40000,
        "From: x\nTo: y\n" * 20000,
        "> \n" * 60000,
        "-" * 200000,
        "On 1 <" * 30000,
        "Am 1 schrieb " * 15000,
        "x\n" * 100000,
        " " * 200000,
        "Le 1 " * 40000,
    ],
)
def test_no_text_takes_long_to_look_through(text):
    began = time.process_time()
    reply_text(text)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: " + b"=?utf-8?q?a?= " * 50_000,
        b"To: " + b"<" * 100_000,
        b"To: " + b"a@b.c, " * 50_000,
        b"References: " + b"<a@b> " * 50_000,
        b"From: " + b"(" * 50_000,
        b"X: 1\n" * 100_000,
        b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\n" * 20_000,
        b"Content-Type: text/html\n\n" + b"<b>" * 50_000,
    ],
)
def test_no_mail_takes_long_to_read(raw):
    began = time.process_time()
    parse(raw)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("utf-8''%E2%82%AC.txt", "€.txt"),
        ("..", ""),
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
    ],
)
def test_a_file_name_names_a_file_and_no_place(given_name, name):
    assert name == file_name(given_name)


@pytest.mark.parametrize(
    ("address", "same"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("ada@münchen.example", "ada@xn--mnchen-3ya.example"),
        ("ada", ""),
        ("@example.com", ""),
        ("a b@example.com", ""),
        ("a@b.c\nBcc: x@y.z", ""),
        ("a" * 400 + "@b.c", ""),
    ],
)
def test_addresses_are_compared_in_one_form(address, same):
    assert same == plain(address)


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: AW: Fwd: My lamp", "My lamp"),
        ("RE[2]: x", "x"),
        ("[#12] Re: [#12] x", "x"),
        ("Rerun: x", "Rerun: x"),
    ],
)
def test_a_subject_is_compared_without_what_programs_add(subject, bare):
    assert bare == bare_subject(subject)


RULES = {
    "auto-submitted": (b"Auto-Submitted: auto-generated (vacation)", "a@b.c", "a@b.c"),
    "null return path": (b"Return-Path: <>", "a@b.c", None),
    "report": (b"Content-Type: multipart/report; boundary=x", "a@b.c", "a@b.c"),
    "precedence": (b"Precedence: auto_reply", "a@b.c", "a@b.c"),
    "list": (b"List-Id: <x>", "a@b.c", "a@b.c"),
    "loop": (b"X-Loop: 1", "a@b.c", "a@b.c"),
    "own address": (b"X: 1", "help@shop.example", "a@b.c"),
    "machine": (b"X: 1", "Do-Not-Reply+x@b.c", "a@b.c"),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_machine_is_known_by_each_rule(rule):
    header, sender, envelope = RULES[rule]
    letter = parse(b"From: " + sender.encode() + b"\n" + header + b"\n\nx")
    assert rule == automatic.why_automatic(automatic.Arrival(letter, envelope, {"help@shop.example"}))


@pytest.mark.parametrize(
    "header",
    [
        b"Auto-Submitted: no",
        b"Precedence: first-class",
        b"X-Auto-Response-Suppress: All",
        b"Return-Path: <a@b.c>",
    ],
)
def test_a_person_is_not_taken_for_a_machine(header):
    letter = parse(b"From: a@b.c\n" + header + b"\n\nx")
    assert "" == automatic.why_automatic(automatic.Arrival(letter, None, ()))


def test_the_envelope_says_more_of_the_return_path_than_the_header():
    letter = parse(b"From: a@b.c\nReturn-Path: <>\n\nx")
    assert "" == automatic.why_automatic(automatic.Arrival(letter, "a@b.c", ()))
    assert "null return path" == automatic.why_automatic(automatic.Arrival(letter, "", ()))


@pytest.mark.parametrize(
    "html",
    [
        "<script>x</script>",
        "<img src=x onerror=x>",
        '<a href="javascript:x">y</a>',
        "<iframe src=x></iframe>",
        '<div style="background:url(//x)">y</div>',
        "<svg><script>x</script></svg>",
        "<form action=x><input></form>",
    ],
)
def test_nothing_that_acts_is_left_of_html(html):
    found = clean(html)
    assert not any(each in found for each in ("script", "onerror", "iframe", "style", "form", "src"))


def test_html_is_read_in_lines():
    assert "One\n\ntwo three\nfour" == as_text(clean("<p>One</p>\n<p>two <i>three</i><br>four</p>"))
