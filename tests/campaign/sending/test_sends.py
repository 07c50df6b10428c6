"""Single messages and suppressed addresses over real gRPC."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import grpc
import pytest
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import campaign_pb2_grpc as stubs
from rapport.campaign.v1 import content_pb2 as content
from rapport.campaign.v1 import journeys_pb2
from rapport.campaign.v1 import sending_pb2 as sending

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.rpc import rpc_server
from chassis.runtime import running
from chassis.serving import answered_by
from services.campaign.domain.quiet import Quiet
from services.campaign.rpc.explaining import Explaining
from services.campaign.rpc.sends import Sends
from services.campaign.rpc.suppressions import Suppressions
from services.campaign.sending.erase import erase
from services.campaign.sending.forget import forget_uses
from services.campaign.store import journeys, people
from tests.campaign.sending.world import WORKSPACE, World
from tests.profile.house import Refused, refused

SECRET = "a secret of the house"
State = sending.Send


@dataclass
class Door:
    shop: World
    service: stubs.CampaignServiceStub

    async def ask(self, request, workspace=WORKSPACE):
        method = getattr(self.service, request.DESCRIPTOR.name.removesuffix("Request"))
        caller = Caller(workspace, "keys/ada", frozenset(), "request")
        return await method(request, metadata=metadata(caller, SECRET, self.shop.clock()))

    async def refusal(self, request, workspace=WORKSPACE) -> Refused:
        with pytest.raises(grpc.aio.AioRpcError) as told:
            await self.ask(request, workspace)
        return refused(told.value)

    async def get(self, name) -> sending.Send:
        return await self.ask(pb.GetSendRequest(name=name))

    async def explain(self, customer, campaign, step="") -> sending.SendExplanation:
        return await self.ask(pb.ExplainSendRequest(profile=customer.name, campaign=campaign, step=step))


@pytest.fixture
async def door(shop):
    server, address = rpc_server("campaign.rapport", "127.0.0.1:0", SECRET, clock=shop.clock)
    rooms = (
        Sends(shop.db, shop.clock, shop.providers, shop.sender.wake),
        Explaining(shop.db, shop.workspaces, shop.clock),
        Suppressions(shop.db, shop.workspaces, shop.clock),
    )
    stubs.add_CampaignServiceServicer_to_server(answered_by(stubs.CampaignServiceServicer(), *rooms), server)
    async with running(server, grace_seconds=0), channel(address) as to:
        yield Door(shop, stubs.CampaignServiceStub(to))


def create(customer, template="templates/hello", data=b"", **more):
    said = sending.Send(profile=customer.name, template=template, data=data)
    return pb.CreateSendRequest(send=said, **more)


def suppress(address="ada@example.com", reason=sending.Suppression.REQUEST, **more):
    said = {"channel": content.EMAIL} | more
    return pb.CreateSuppressionRequest(
        suppression=sending.Suppression(address=address, reason=reason, **said)
    )


async def test_one_message_is_sent_and_everything_about_it_is_shown(door, shop, sink):
    await shop.template(
        "receipt", message_class="transactional", content={"subject": "Order {{ order.order_id }}"}
    )
    ada = await shop.customer(consents=())
    request = create(ada, "templates/receipt", b'{"order": {"order_id": "A7"}}', request_id="one")

    made = await door.ask(request)
    again = await door.ask(request)
    await shop.deliver()

    assert made == again
    assert (State.CLAIMED, content.TRANSACTIONAL, content.EMAIL) == (
        made.state,
        getattr(made, "class"),
        made.channel,
    )
    found, (mail,) = await door.get(made.name), await sink.mails()
    assert (State.HANDED_OVER, "providers/default", ada.address) == (
        found.state,
        found.provider,
        found.address,
    )
    assert [sending.Decision.SEND] == [each.outcome for each in found.decisions]
    assert (1, b'{"order": {"order_id": "A7"}}') == (found.template_revision, found.data)
    assert "Order A7" == mail.mail.subject


async def test_what_the_policy_holds_back_says_why(door, shop):
    made = await door.ask(create(await shop.customer(consents=())))
    await shop.deliver()

    found = await door.get(made.name)
    (decided,) = found.decisions
    assert (State.SUPPRESSED, sending.Decision.SKIP, sending.CONSENT) == (
        found.state,
        decided.outcome,
        decided.rule,
    )
    assert "She never consented to email and marketing." == decided.description


async def test_a_send_that_cannot_be_is_refused_with_what_is_missing(door, shop):
    ada = await shop.customer()
    await shop.template("text", channel="sms")

    nobody = create(ada)
    nobody.send.profile = f"profiles/{uuid4()}"
    for request, reason in (
        (nobody, "PROFILE_NOT_FOUND"),
        (create(ada, "templates/none"), "TEMPLATE_NOT_FOUND"),
        (create(ada, "templates/a\0b"), "TEMPLATE_NOT_FOUND"),
        (create(ada, "templates/text"), "CHANNEL_UNAVAILABLE"),
        (create(ada, data=b"[1]"), "TEMPLATE_INVALID"),
        (create(ada, data=b"{"), "TEMPLATE_INVALID"),
        (pb.GetSendRequest(name=f"sends/{uuid4()}"), "SEND_NOT_FOUND"),
        (pb.GetSendRequest(name="sends/none"), "SEND_NOT_FOUND"),
        (resolve(f"sends/{uuid4()}", State.FAILED), "SEND_NOT_FOUND"),
    ):
        assert reason == (await door.refusal(request)).reason, request
    made = await door.ask(create(ada))
    assert "SEND_NOT_FOUND" == (await door.refusal(pb.GetSendRequest(name=made.name), "zen")).reason


async def test_sends_are_listed_newest_first_by_what_is_asked(door, shop):
    ada, eve = await shop.customers(2)
    ids = []
    for number in range(5):
        ids += await shop.claim(ada, campaign=f"journeys/{number % 2}")
        shop.clock.forward(seconds=1)
    (other,) = await shop.claim(eve)
    names = [f"sends/{id}" for id in reversed([*ids, other])]

    async def listed(**what):
        found, token = [], ""
        while True:
            page = await door.ask(pb.ListSendsRequest(page_size=2, page_token=token, **what))
            found += [each.name for each in page.sends]
            if not (token := page.next_page_token):
                return found

    assert names == await listed()
    assert names[1:] == await listed(profile=ada.name)
    assert [names[2], names[4]] == await listed(campaign="journeys/1")
    await shop.deliver()
    assert names == await listed(state=State.HANDED_OVER)
    assert [] == await listed(state=State.FAILED)
    start, end = (await door.get(names[3])).create_time, (await door.get(names[1])).create_time
    assert names[2:4] == await listed(start_time=start, end_time=end)
    assert [] == await listed(campaign="journeys/\0")


def resolve(name, state, **more):
    return pb.ResolveSendRequest(name=name, state=state, reason="I asked.", **more)


async def test_a_person_lets_go_what_is_late_or_gives_it_up(door, shop, sink):
    first, second = await shop.claim(*await shop.customers(2))
    shop.clock.forward(hours=2)
    await shop.deliver()
    assert [State.WAITING] * 2 == [(await door.get(f"sends/{id}")).state for id in (first, second)]

    assert "SEND_SETTLED" == (await door.refusal(resolve(f"sends/{first}", State.CONFIRMED))).reason
    request = resolve(f"sends/{first}", State.CLAIMED, request_id="one")
    assert State.CLAIMED == (await door.ask(request)).state
    assert State.CLAIMED == (await door.ask(request)).state
    gone = await door.ask(resolve(f"sends/{second}", State.FAILED))
    await shop.deliver()

    assert (State.FAILED, "keys/ada: I asked.") == (gone.state, gone.failure)
    assert [f"<{first.hex}@acme.example>"] == [one.mail.message_id for one in await sink.mails()]
    assert ["MessageFailed", "MessageSent"] == [each.DESCRIPTOR.name for each in await shop.told()]
    assert "SEND_SETTLED" == (await door.refusal(resolve(f"sends/{first}", State.FAILED))).reason


async def test_what_is_unknown_is_settled_on_a_persons_word(mute, door, shop, sink):
    sink.faults.drop = "after_storing"
    ids = await mute.claim(*await mute.customers(2))
    await mute.deliver()
    assert {"UNKNOWN": 2} == await mute.states()

    # The same door over the other shop's database.
    door.shop, rooms = mute, Sends(mute.db, mute.clock, mute.providers)
    server, address = rpc_server("campaign.rapport", "127.0.0.1:0", SECRET, clock=mute.clock)
    stubs.add_CampaignServiceServicer_to_server(answered_by(stubs.CampaignServiceServicer(), rooms), server)
    async with running(server, grace_seconds=0), channel(address) as to:
        door.service = stubs.CampaignServiceStub(to)
        assert "SEND_SETTLED" == (await door.refusal(resolve(f"sends/{ids[0]}", State.CLAIMED))).reason
        confirmed = await door.ask(resolve(f"sends/{ids[0]}", State.CONFIRMED))
        failed = await door.ask(resolve(f"sends/{ids[1]}", State.FAILED))

    assert (State.CONFIRMED, f"<{ids[0].hex}@acme.example>") == (confirmed.state, confirmed.provider_id)
    assert confirmed.HasField("send_time")
    assert State.FAILED == failed.state
    assert ["MessageSent", "MessageFailed"] == [each.DESCRIPTOR.name for each in await mute.told()]
    # Who did not get it has a place again.
    assert [ids[0]] == [row["send"] for row in await mute.run("SELECT send FROM cap_use")]


async def test_what_is_explained_is_what_happened_and_what_every_rule_says_now(door, shop):
    await a_journey(shop)
    ada = await shop.customer()
    asked = await door.explain(ada, "journeys/welcome")
    assert (False, 9) == (asked.reached, len(asked.checks))
    assert all(check.passed for check in asked.checks)
    assert asked.not_reached_reason.startswith("She never came in")

    (id,) = await shop.claim(ada, campaign="journeys/welcome", step="hello")
    await shop.deliver()
    told = await door.explain(ada, "journeys/welcome", "hello")
    assert (True, "It went out.", [f"sends/{id}"]) == (
        told.reached,
        told.summary,
        [each.name for each in told.sends],
    )
    assert [] == list((await door.explain(ada, "journeys/welcome", "other")).sends)
    now = shop.clock()
    await shop.policy(quiet_hours=Quiet((now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time()))
    quiet = (await door.explain(ada, "journeys/welcome")).checks[7]
    assert (sending.QUIET_HOURS, False, True) == (quiet.rule, quiet.passed, quiet.HasField("until_time"))

    eve = await shop.customer(consents=())
    (held,) = await shop.claim(eve, campaign="journeys/welcome", step="hello")
    await shop.deliver()
    why = await door.explain(eve, "journeys/welcome")
    assert "It was held back. She never consented to email and marketing." == why.summary
    assert [False] == [check.passed for check in why.checks if check.rule == sending.CONSENT]
    assert [f"sends/{held}"] == [each.name for each in why.sends]

    for request, reason in (
        (pb.ExplainSendRequest(profile=ada.name, campaign="journeys/none"), "JOURNEY_NOT_FOUND"),
        (pb.ExplainSendRequest(profile=ada.name, campaign="broadcasts/none"), "BROADCAST_NOT_FOUND"),
        (
            pb.ExplainSendRequest(profile=f"profiles/{uuid4()}", campaign="journeys/welcome"),
            "PROFILE_NOT_FOUND",
        ),
    ):
        assert reason == (await door.refusal(request)).reason


async def a_journey(shop):
    variant = content.Variant(id="a", template="templates/hello")
    step = journeys_pb2.Step(id="hello", send=journeys_pb2.SendMessage(variants=[variant]))
    draft = journeys_pb2.Graph(steps=[step]).SerializeToString()
    async with shop.db.begin(WORKSPACE) as tx:
        values = journeys.Values("Welcome", "", draft)
        assert await journeys.create(await tx.raw(), WORKSPACE, "welcome", values, shop.clock())


async def test_a_suppressed_address_gets_nothing_until_it_is_lifted(door, shop, sink):
    ada = await shop.customer(address="ada@example.com")
    made = await door.ask(suppress(" Ada@Example.com ", description="She called."))
    again = await door.ask(suppress("ada@example.com"))
    assert (made, "ada@example.com", True) == (again, made.address, made.marketing_only)
    await shop.claim(ada)
    await shop.claim(ada, message_class="transactional")
    await shop.deliver()
    assert {"SUPPRESSED": 1, "HANDED_OVER": 1} == await shop.states()

    await door.ask(pb.DeleteSuppressionRequest(name=made.name))
    await shop.claim(ada)
    await shop.deliver()

    assert {"SUPPRESSED": 1, "HANDED_OVER": 2} == await shop.states()
    told = [each for each in await shop.told() if each.DESCRIPTOR.name == "AddressSuppressed"]
    assert [False, True] == [each.lifted for each in told]
    assert "SUPPRESSION_NOT_FOUND" == (await door.refusal(pb.DeleteSuppressionRequest(name=made.name))).reason


async def test_suppressions_are_listed_newest_first_and_found_in_any_spelling(door, shop):
    names = []
    for number in range(3):
        names.append((await door.ask(suppress(f"a{number}@example.com"))).name)
        shop.clock.forward(seconds=1)
    sms = await door.ask(suppress("+43 660 1234567", channel=content.SMS))

    async def listed(**what):
        page = await door.ask(pb.ListSuppressionsRequest(**what))
        return [each.name for each in page.suppressions]

    assert [sms.name, *reversed(names)] == await listed()
    assert [sms.name] == await listed(channel=content.SMS)
    assert [names[1]] == await listed(address="A1@EXAMPLE.COM")
    assert [sms.name] == await listed(address="+436601234567")
    assert [] == await listed(address="a1@example.com\0")
    first = await door.ask(pb.ListSuppressionsRequest(page_size=3))
    rest = await door.ask(pb.ListSuppressionsRequest(page_size=3, page_token=first.next_page_token))
    assert [names[0]] == [each.name for each in rest.suppressions]


@pytest.mark.parametrize(
    "request_",
    [
        suppress("nobody"),
        suppress("a@b"),
        suppress("12", channel=content.SMS),
        suppress("ada@example.com\0"),
        suppress("ada@example.com", sending.Suppression.ERASED),
    ],
)
async def test_what_is_no_address_is_not_suppressed(door, request_):
    assert "ADDRESS_INVALID" == (await door.refusal(request_)).reason


async def test_of_an_erased_customer_a_digest_is_kept_and_it_still_holds(door, shop):
    ada = await shop.customer(address="ada@example.com")
    (id,) = await shop.claim(ada)
    await door.ask(suppress("ada@example.com"))
    await shop.deliver()
    async with shop.db.begin(WORKSPACE) as tx:
        connection = await tx.raw()
        contact = (await people.contacts(connection, WORKSPACE, [ada.key], lock=True))[ada.key]
        await erase(connection, WORKSPACE, contact, [ada.key], shop.clock())

    kept = [
        dict(row) for table in ("send", "suppression") for row in await shop.run(f"SELECT * FROM {table}")
    ]
    assert "ada@example.com" not in str(kept)
    assert (await shop.send(id))["subject"] == ""
    other = await shop.customer(address="ada@example.com")
    (receipt,) = await shop.claim(other, message_class="transactional")
    await shop.deliver()
    assert [("SKIP", "ADDRESS_NOT_SUPPRESSED")] == await shop.decisions(receipt)
    found = await door.ask(pb.ListSuppressionsRequest(address="Ada@example.com"))
    assert {""} == {each.address for each in found.suppressions}


async def test_uses_of_caps_are_forgotten_when_no_cap_looks_back_to_them(shop):
    await shop.claim(*await shop.customers(3))
    await shop.deliver()
    await shop.run("INSERT INTO workspace_setting VALUES ('acme', 'UTC', 'EUR', '', 1)")
    await forget_uses(shop.db, shop.clock())
    assert 3 == len(await shop.run("SELECT FROM cap_use"))
    await forget_uses(shop.db, shop.clock() + timedelta(days=93))
    assert 0 == len(await shop.run("SELECT FROM cap_use"))
