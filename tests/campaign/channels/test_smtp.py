"""How a mail server is spoken to: connections, encryption, passwords, addresses in any script, refusals."""

import asyncio
import ipaddress
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd import smtp as aiosmtpd
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from services.campaign.channels.smtp import Smtp
from services.campaign.channels.smtp_settings import SmtpSettings, from_url
from services.campaign.domain.outgoing import Refused, Uncertain
from tests.campaign.channels.strangers import Mailman, clock, mail


@dataclass
class House:
    """A mail server of the test: what it took, from whom, and over how many connections."""

    port: int = 0
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    connections: int = 0
    encrypted: int = 0
    resets: int = 0

    async def handle_DATA(self, server, session, envelope):
        self.encrypted += session.ssl is not None
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 Taken"

    async def handle_RSET(self, *_):
        self.resets += 1
        return "250 2.0.0 Forgotten"

    def knows(self, _, login, password):
        return (login, password) == (b"shop", "gehütet".encode())


@asynccontextmanager
async def serving(**options):
    house = House()

    def conversation():
        house.connections += 1
        return aiosmtpd.SMTP(house, hostname="mx.test", loop=asyncio.get_running_loop(), **options)

    if "auth_required" in options:
        options["auth_callback"] = house.knows
    server = await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", 0)
    house.port = server.sockets[0].getsockname()[1]
    yield house
    server.close()
    await server.wait_closed()


@asynccontextmanager
async def speaking(house: House, **settings):
    said = {"host": "127.0.0.1", "port": house.port, "security": "none", "hello_name": "rapport.test"}
    provider = Smtp(SmtpSettings.model_validate(said | settings), clock=clock, seconds=5)
    yield provider
    await provider.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of 127.0.0.1, by its own word; in PEM, and as a server uses it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return pem.decode(), context


async def test_connections_are_used_again_and_never_more_than_allowed(sink):
    async with serving() as house, speaking(house, connections=3) as provider:
        await asyncio.gather(*(provider.hand_over(mail()) for _ in range(50)))
        await asyncio.gather(*(provider.hand_over(mail()) for _ in range(50)))

    assert (100, True) == (len(house.taken), house.connections <= 3)


async def test_a_refused_mail_leaves_a_connection_that_is_cleaned_and_used_again(sink):
    mailman = Mailman(sink, {"connections": 1})
    provider = mailman.provider()
    mailman.refuses_for_good()
    with pytest.raises(Refused):
        await provider.hand_over(mailman.message())
    mailman.recovers()

    for _ in range(2):
        await provider.hand_over(mailman.message())

    assert 2 == len(await mailman.has())
    await provider.close()


async def test_a_connection_the_server_closed_meanwhile_costs_no_message():
    async with serving() as house, speaking(house, connections=1) as provider:
        await provider.hand_over(mail())
        (idle,) = provider._connections._idle
        idle.smtp.transport.abort()
        await provider.hand_over(mail())

    assert (2, 2) == (len(house.taken), house.connections)


async def test_a_connection_that_rested_is_asked_before_it_is_used():
    now = [0.0]
    async with serving() as house:
        settings = {"host": "127.0.0.1", "port": house.port, "security": "none", "connections": 1}
        provider = Smtp(
            SmtpSettings.model_validate(settings), clock=clock, seconds=5, monotonic=lambda: now[0]
        )
        for later in (0, 30, 30, 120):
            now[0] += later
            await provider.hand_over(mail())
        await provider.close()

    assert (4, 2, 2) == (len(house.taken), house.resets, house.connections)


async def test_a_mail_goes_out_encrypted_and_under_a_password(certificate):
    pem, context = certificate
    settings = {
        "security": "starttls",
        "certificates": pem,
        "username": "shop",
        "password": "gehütet",
    }
    async with (
        serving(tls_context=context, require_starttls=True, auth_required=True) as house,
        speaking(house, **settings) as provider,
    ):
        assert await provider.check() is None
        await provider.hand_over(mail())

    assert (1, 1) == (len(house.taken), house.encrypted)


async def test_a_wrong_password_is_no_fault_of_the_message(certificate):
    pem, context = certificate
    settings = {"security": "starttls", "certificates": pem, "username": "shop", "password": "wrong"}
    async with (
        serving(tls_context=context, require_starttls=True, auth_required=True) as house,
        speaking(house, **settings) as provider,
    ):
        with pytest.raises(Refused) as told:
            await provider.hand_over(mail())
        assert "535" in await provider.check()

    assert (False, "5.7.8", []) == (told.value.permanent, told.value.code, house.taken)


async def test_who_cannot_prove_who_he_is_gets_no_mail(certificate):
    _, context = certificate
    async with (
        serving(tls_context=context) as house,
        speaking(house, security="starttls") as provider,
    ):
        with pytest.raises(Refused) as told:
            await provider.hand_over(mail())

    assert (False, []) == (told.value.permanent, house.taken)


async def test_encryption_that_is_offered_is_taken_from_anybody(certificate):
    _, context = certificate
    async with serving(tls_context=context) as house, speaking(house, security="offered") as provider:
        await provider.hand_over(mail())

    assert (1, 1) == (len(house.taken), house.encrypted)


async def test_where_encryption_is_wanted_and_not_offered_no_mail_goes():
    async with serving() as house, speaking(house, security="starttls") as provider:
        with pytest.raises(Refused):
            await provider.hand_over(mail())

    assert [] == house.taken


async def test_an_address_in_any_script_goes_to_who_takes_it():
    async with serving(enable_SMTPUTF8=True) as house, speaking(house) as provider:
        await provider.hand_over(mail(address="grüße@müller.example"))

    ((_, recipients, content),) = house.taken
    assert ["grüße@xn--mller-kva.example"] == recipients
    assert "To: grüße@xn--mller-kva.example".encode() in content


async def test_an_address_in_any_script_is_refused_for_good_by_who_does_not():
    async with serving() as house, speaking(house) as provider:
        with pytest.raises(Refused) as told:
            await provider.hand_over(mail(address="grüße@müller.example"))
        await provider.hand_over(mail(address="ada@müller.example"))

    assert (True, "5.6.7") == (told.value.permanent, told.value.code)
    assert [["ada@xn--mller-kva.example"]] == [recipients for _, recipients, _ in house.taken]


@pytest.mark.parametrize(
    # Permanent, the code, a dead address, the provider's own trouble.
    ("step", "reply", "expected"),
    [
        ("MAIL", "550 5.7.1 Not as this sender", (True, "5.7.1", False, False)),
        ("MAIL", "530 5.7.0 Who are you", (False, "5.7.0", False, True)),
        ("MAIL", "451 4.3.2 Not now", (False, "4.3.2", False, True)),
        ("RCPT", "550 5.1.1 Nobody", (True, "5.1.1", True, False)),
        ("RCPT", "550 Nobody", (True, "550", True, False)),
        ("RCPT", "550 5.7.1 Blocked", (True, "5.7.1", False, False)),
        ("RCPT", "552 5.2.2 Full", (True, "5.2.2", False, False)),
        ("RCPT", "450 4.2.0 Greylisted", (False, "4.2.0", False, False)),
        ("RCPT", "421 4.3.2 Going away", (False, "4.3.2", False, True)),
        ("DATA", "554 5.7.1 Looks like spam", (True, "5.7.1", False, False)),
        ("DATA", "452 4.3.1 No room", (False, "4.3.1", False, True)),
    ],
)  # fmt: skip
async def test_each_refusal_is_told_for_what_it_is(sink, step, reply, expected):
    mailman = Mailman(sink)
    provider = mailman.provider()
    sink.faults.refuse[step] = reply

    with pytest.raises(Refused) as told:
        await provider.hand_over(mailman.message())

    refused = told.value
    assert expected == (
        refused.permanent,
        refused.code,
        refused.dead_address,
        refused.about_provider,
    )
    assert reply.split(" ", 1)[1] in refused.description
    await provider.close()


async def test_a_server_that_drops_whoever_connects_has_got_nothing(sink):
    mailman = Mailman(sink)
    provider = mailman.provider()
    sink.faults.drop = "connecting"

    with pytest.raises(Refused) as told:
        await provider.hand_over(mailman.message())

    assert not told.value.permanent
    await provider.close()


@asynccontextmanager
async def scripted(*replies: str):
    """Says these lines one after another, whatever it hears, and hangs up."""

    async def talk(reader, writer):
        for reply in replies:
            writer.write(f"{reply}\r\n".encode())
            await writer.drain()
            await reader.readuntil(b"\r\n" if not reply.startswith("354") else b"\r\n.\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield House(port=server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


HELLO = ("220 mx.test", "250 mx.test")


async def test_who_hangs_up_before_the_mail_began_has_surely_not_got_it():
    async with (
        scripted(*HELLO, "250 Sender", "250 Recipient") as house,
        speaking(house) as provider,
    ):
        with pytest.raises(Refused) as told:
            await provider.hand_over(mail())
    assert not told.value.permanent


async def test_who_hangs_up_once_the_mail_began_may_have_it():
    async with (
        scripted(*HELLO, "250 Sender", "250 Recipient", "354 Go on") as house,
        speaking(house) as provider,
    ):
        with pytest.raises(Uncertain):
            await provider.hand_over(mail())


async def test_who_answers_nonsense_once_the_mail_began_may_have_it():
    async with (
        scripted(*HELLO, "250 Sender", "250 Recipient", "354 Go on", "so so") as house,
        speaking(house) as provider,
    ):
        with pytest.raises(Uncertain):
            await provider.hand_over(mail())


async def test_with_a_key_every_mail_is_signed(sink):
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    dkim = {"domain": "nordlicht.example", "selector": "s1"}
    provider = Mailman(sink, {"dkim": dkim, "dkim_key": pem.decode()}).provider()

    await provider.hand_over(mail())

    (one,) = await sink.mails()
    assert "d=nordlicht.example" in one.letter.header("DKIM-Signature")
    assert "DKIM-Signature" == one.letter.headers[0][0]
    await provider.close()


async def test_dots_and_long_lines_arrive_as_they_were_written(sink):
    mailman = Mailman(sink)
    provider = mailman.provider()
    text = ".\n..\n.dot\n" + "x" * 5000 + "\nend."

    await provider.hand_over(mail(text=text, html=""))

    ((_, said),) = await mailman.has()
    assert text == said.replace("\r\n", "\n")
    await provider.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "offered", "", "")),
        ("smtp://shop:p%40ss@mx.example:587", ("mx.example", 587, "starttls", "shop", "p@ss")),
        ("smtps://shop:p@mx.example", ("mx.example", 0, "tls", "shop", "p")),
    ],
)
def test_the_mail_server_of_the_house_is_said_in_one_line(url, expected):
    found = from_url(url, None)
    assert expected == (found.host, found.port, found.security, found.username, found.password)
