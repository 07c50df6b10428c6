"""How another program is called: what it is told, what it may answer, and where calls never go."""

import base64
import hmac
from datetime import timedelta
from email.utils import format_datetime

import pytest

from services.campaign.channels.calls import public
from services.campaign.channels.webhook import Webhooks, WebhookSettings
from services.campaign.domain.outgoing import Refused, Uncertain
from tests.campaign.channels.strangers import NOW, clock, hook, listening


@pytest.fixture
async def stranger():
    async with listening() as listener:
        yield listener


@pytest.fixture
async def provider(stranger):
    speaking = stranger.provider()
    yield speaking
    await speaking.close()


async def test_a_call_says_which_message_it_is_and_proves_who_sent_it(stranger, provider):
    message = hook(payload=b'{"points": 7}')

    await provider.hand_over(message)

    ((path, said, body),) = stranger.calls
    assert ("/in", b'{"points": 7}', "application/json") == (path, body, said["content-type"])
    assert str(message.send) == said["idempotency-key"] == said["webhook-id"]
    assert str(int(NOW.timestamp())) == said["webhook-timestamp"]
    signed = f"{message.send}.{int(NOW.timestamp())}.".encode() + body
    expected = base64.b64encode(hmac.digest(b"nobody knows it", signed, "sha256")).decode()
    assert f"v1,{expected}" == said["webhook-signature"]


async def test_a_message_that_names_its_own_place_goes_there_without_the_password(stranger):
    stranger.settings = {"authorization": "Bearer secret", "headers": {"X-Shop": "demo"}}
    provider = stranger.provider()
    async with listening() as other:
        await provider.hand_over(hook(url=f"{other.url}/elsewhere?a=b"))
        await provider.hand_over(hook(url=f"{stranger.url}/another"))
        ((path, elsewhere, _),) = other.calls
    ((_, here, _),) = stranger.calls

    assert ("/elsewhere?a=b", "demo", None) == (path, elsewhere["x-shop"], elsewhere.get("authorization"))
    assert "Bearer secret" == here["authorization"]
    assert other.url.removeprefix("http://") == elsewhere["host"]
    await provider.close()


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        ("301 Moved Permanently", True),
        ("400 Bad Request", True),
        ("401 Unauthorized", True),
        ("404 Not Found", True),
        ("409 Conflict", True),
        ("410 Gone", True),
        ("408 Request Timeout", False),
        ("429 Too Many Requests", False),
        ("500 Internal Server Error", False),
        ("503 Service Unavailable", False),
    ],
)
async def test_each_answer_is_told_for_what_it_is(stranger, provider, status, permanent):
    stranger.status = status

    with pytest.raises(Refused) as told:
        await provider.hand_over(hook())

    assert (permanent, status[:3]) == (told.value.permanent, told.value.code)
    assert "ok" in told.value.description


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("17", 17),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0),
        ("99999999999999", 86400),
        ("soon", None),
    ],
)
async def test_who_says_when_to_come_back_is_heard(stranger, provider, said, expected):
    stranger.status, stranger.headers = "429 Too Many Requests", f"Retry-After: {said}\r\n"

    with pytest.raises(Refused) as told:
        await provider.hand_over(hook())

    assert expected == told.value.retry_after_seconds


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://172.16.0.1/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[64:ff9b::7f00:1]/",
    ],
)
async def test_a_message_cannot_make_us_call_our_own_network(url):
    provider = Webhooks(WebhookSettings(), clock=clock, seconds=2)

    with pytest.raises(Refused) as told:
        await provider.hand_over(hook(url=url))

    assert (True, "private network" in told.value.description) == (told.value.permanent, True)
    await provider.close()


async def test_a_name_that_leads_into_our_own_network_is_not_called(stranger):
    """The name is looked up once: the address that was judged is the one that is used."""
    provider = Webhooks(WebhookSettings(), clock=clock, seconds=2)
    port = stranger.url.rpartition(":")[2]

    with pytest.raises(Refused):
        await provider.hand_over(hook(url=f"http://localhost:{port}/in"))

    assert [] == stranger.calls
    await provider.close()


@pytest.mark.parametrize(
    "url",
    ["ftp://shop.example/", "file:///etc/passwd", "//shop.example", "http://", "http://u:p@shop.example/"],
)
async def test_a_message_goes_only_to_the_web(url):
    provider = Webhooks(WebhookSettings(allow_private=True), clock=clock, seconds=2)

    with pytest.raises(Refused) as told:
        await provider.hand_over(hook(url=url))

    assert told.value.permanent
    await provider.close()


async def test_a_message_that_nobody_gave_a_place_is_refused():
    provider = Webhooks(WebhookSettings(), clock=clock, seconds=2)
    assert await provider.check() is None

    with pytest.raises(Refused) as told:
        await provider.hand_over(hook())

    assert "URL_MISSING" == told.value.code
    await provider.close()


async def test_who_is_asked_and_answers_neither_yes_nor_no_leaves_it_open(stranger, provider):
    stranger.settings = {"lookup_url": f"{stranger.url}/confused/"}
    stranger.status = "302 Found"
    asking = stranger.provider()

    with pytest.raises(Uncertain):
        await asking.look_up(hook())
    await asking.close()


@pytest.mark.parametrize(
    ("address", "expected"),
    [("93.184.216.34", True), ("2606:2800:220:1::1", True), ("::", False), ("224.0.0.1", False),
     ("2002:7f00:1::", False), ("fe80::1%eth0", False)],
)  # fmt: skip
def test_only_what_is_out_in_the_world_is_public(address, expected):
    assert expected == public(address)
