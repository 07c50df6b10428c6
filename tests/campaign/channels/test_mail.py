"""A message as mail: whatever is in it, a reader gets back what was written, and nobody slips in a header."""

import base64
import email
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.policy import default
from email.utils import parseaddr

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from services.campaign.channels.addresses import read_sender, to_address
from services.campaign.channels.mail import Signer, compose
from services.campaign.domain.outgoing import Refused
from tests.campaign.channels.strangers import NOW, mail

# What HTML and plain text may hold; a bare CR is a line's end like any other.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)


def sent(**changed):
    return email.message_from_bytes(compose(mail(**changed), NOW).content, policy=default)


@given(TEXTS, TEXTS)
def test_bodies_are_read_as_they_were_written(text, html):
    found = sent(text=text, html=html)

    assert [unified(text), unified(html)] == [body(part).removesuffix("\n") for part in found.iter_parts()]


@given(LINES)
def test_a_subject_is_read_as_it_was_written(subject):
    assert subject.strip() == str(sent(subject=subject)["Subject"]).strip()


@given(LINES.filter(lambda name: name.strip() and not set(name) & set('<>"')))
def test_a_sender_is_shown_by_her_name_in_any_script(name):
    content = compose(mail(sender=f"{name} <news@nordlicht.example>"), NOW).content

    # The newer parser of Python 3.11 puts a space between encoded words of a name.
    shown, address = parseaddr(email.message_from_bytes(content)["From"])
    assert (name.strip(), "news@nordlicht.example") == (
        str(make_header(decode_header(shown))).strip(),
        address,
    )


@given(LINES, TEXTS)
def test_no_line_is_longer_than_a_mail_may_have(subject, text):
    content = compose(
        mail(subject=subject * 20, text=text * 10, html=text.replace("\n", " ") * 30), NOW
    ).content

    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert content.isascii()


def test_it_says_what_a_mail_has_to_say():
    found = sent(
        reply_to="help@nordlicht.example",
        headers={
            "List-Unsubscribe": f"<https://links.example/u/{'a' * 300}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Feedback-ID": "winter:demo:broadcast:nordlicht",
        },
    )

    assert "Nordlicht <news@nordlicht.example>" == found["From"]
    assert "help@nordlicht.example" == found["Reply-To"]
    assert NOW == found["Date"].datetime
    assert "1.0" == found["MIME-Version"]
    assert f"<https://links.example/u/{'a' * 300}>" == found["List-Unsubscribe"]
    assert "List-Unsubscribe=One-Click" == found["List-Unsubscribe-Post"]
    assert "winter:demo:broadcast:nordlicht" == found["Feedback-ID"]
    assert "multipart/alternative" == found.get_content_type()
    assert ["text/plain", "text/html"] == [part.get_content_type() for part in found.iter_parts()]


def test_the_same_message_at_the_same_instant_is_the_same_bytes():
    message = mail()
    assert compose(message, NOW).content == compose(message, NOW).content


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x00", "\x0b", "\u2028"])
@pytest.mark.parametrize(
    "field",
    [
        lambda bad: {"subject": f"Hello{bad}Bcc: eve@evil.example"},
        lambda bad: {"sender": f"Shop{bad}Bcc: eve@evil.example <news@shop.example>"},
        lambda bad: {"address": f"ada@shop.example{bad}Bcc: eve@evil.example"},
        lambda bad: {"reply_to": f"a{bad}b@shop.example"},
        lambda bad: {"message_id": f"<a{bad}b@shop.example>"},
        lambda bad: {"headers": {"List-Id": f"a{bad}Bcc: eve@evil.example"}},
        lambda bad: {"headers": {f"X{bad}Bcc": "eve@evil.example"}},
    ],
)
def test_nobody_slips_in_a_header(field, end):
    with pytest.raises(Refused) as told:
        compose(mail(**field(end)), NOW)
    assert told.value.permanent


@pytest.mark.parametrize("name", ["Bcc", "from", "Subject", "DKIM-Signature", "Content-Type", "X:Y", "", "Ü"])
def test_headers_that_are_ours_are_nobody_elses(name):
    with pytest.raises(Refused):
        compose(mail(headers={name: "value"}), NOW)


def test_a_mail_without_any_body_is_refused():
    with pytest.raises(Refused):
        compose(mail(text="", html=""), NOW)


def test_one_body_stands_alone():
    assert "text/plain" == sent(html="").get_content_type()
    assert "text/html" == sent(text="").get_content_type()


@pytest.mark.parametrize(
    ("given", "text", "international"),
    [
        ("ada@shop.example", "ada@shop.example", False),
        (" o'brien+news@Shop.Example ", "o'brien+news@shop.example", False),
        ("ada@müller.example", "ada@xn--mller-kva.example", False),
        ("ada@straße.example", "ada@xn--strae-oqa.example", False),
        ("grüße@müller.example", "grüße@xn--mller-kva.example", True),
        ("ada@localhost", "ada@localhost", False),
    ],
)
def test_an_address_is_written_as_mail_servers_know_it(given, text, international):
    found = to_address(given)
    assert (text, international) == (found.text, found.international)


@pytest.mark.parametrize(
    "address",
    ["", "ada", "@shop.example", "ada@", "a b@shop.example", "<ada@shop.example>", "ada@shop..example",
     "ada@-shop.example", "ada@shop.example>", "a,b@shop.example", "x" * 65 + "@shop.example",
     "ada@\ud800.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused_for_good(address):
    with pytest.raises(Refused) as told:
        to_address(address)
    assert (True, "5.1.3") == (told.value.permanent, told.value.code)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("news@shop.example", ""),
        ("<news@shop.example>", ""),
        ("Müller, GmbH <news@shop.example>", "Müller, GmbH"),
        ('"Müller \\"und\\" Co" <news@shop.example>', 'Müller "und" Co'),
    ],
)
def test_a_sender_is_a_name_and_an_address(given, name):
    assert name == read_sender(given)[0]
    assert "news@shop.example" == read_sender(given)[1].text


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def signed(key):
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    unsubscribe = {
        "List-Unsubscribe": "<https://links.example/u/1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    content = compose(mail(text="Grüße\n.\nFrom here", headers=unsubscribe), datetime.now(UTC)).content
    return Signer("nordlicht.example", "s1", pem.decode()).signed(content)


def test_a_signature_covers_what_receivers_look_at(key, signed):
    assert verified(signed, key)
    header = email.message_from_bytes(signed)["DKIM-Signature"]
    covered = {name.strip() for name in header.partition("h=")[2].partition(";")[0].split(":")}
    assert {"from", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"} <= covered


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"From: ", b"From: eve@evil.example\r\nFrom: "),
        (b"Subject: Hello", b"Subject: Hullo"),
        (b"links.example", b"links.evil.xx"),
        (b"One-Click", b"Two-Click"),
        (b"Hello, Ada.", b"Hello, Eve."),
    ],
)
def test_a_signature_notices_what_was_changed(key, signed, old, new):
    assert old in signed
    assert not verified(signed.replace(old, new), key)


def verified(content, key) -> bool:
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    return dkim.verify(content, dnsfunc=lambda _, timeout=5: record)


def body(part) -> str:
    return part.get_payload(decode=True).decode().replace("\r\n", "\n")


def unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


def test_answers_go_to_an_address_with_a_name_or_without():
    for said, shown in (
        ("help@shop.example", b"Reply-To: help@shop.example\r\n"),
        ("Shop, Inc. <help@shop.example>", b'Reply-To: "Shop, Inc." <help@shop.example>\r\n'),
    ):
        assert shown in compose(mail(reply_to=said), NOW).content
