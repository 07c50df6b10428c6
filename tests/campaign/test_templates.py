"""Templates over real gRPC: what is saved, refused, shown and sent to try it."""

import json
from contextlib import asynccontextmanager
from uuid import uuid4

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import campaign_pb2_grpc as stubs
from rapport.campaign.v1 import content_pb2 as content

from chassis.callers import Caller, metadata
from chassis.channels import channel
from chassis.db import Database
from chassis.rpc import rpc_server
from chassis.runtime import running
from chassis.serving import answered_by
from chassis.workspaces import Workspaces
from services.campaign.channels.providers import Providers
from services.campaign.domain.settings import ChannelSetting
from services.campaign.rpc.rendering import Rendering
from services.campaign.rpc.templates import Templates
from services.campaign.store import broadcasts, channel_settings, journeys
from tests.campaign.channels.strangers import clock
from tests.profile.house import Refused, refused

SECRET = "a secret of the house"


class House:
    def __init__(self, db, service, sink) -> None:
        self.db, self.service, self.sink = db, service, sink

    async def ask(self, request, workspace="acme"):
        method = getattr(self.service, request.DESCRIPTOR.name.removesuffix("Request"))
        caller = Caller(workspace, "keys/ada", frozenset(), "request")
        return await method(request, metadata=metadata(caller, SECRET, clock()))

    async def refusal(self, request, workspace="acme") -> Refused:
        with pytest.raises(grpc.aio.AioRpcError) as told:
            await self.ask(request, workspace)
        return refused(told.value)

    async def create(self, slug="hello", workspace="acme", **changed):
        return await self.ask(pb.CreateTemplateRequest(template=template(slug, **changed)), workspace)

    async def render(self, slug="hello", data=None, **more):
        document = json.dumps(data).encode() if data else b""
        return await self.ask(pb.RenderTemplateRequest(name=f"templates/{slug}", data=document, **more))

    async def customer(self, **traits) -> str:
        profile = uuid4()
        async with self.db.begin("acme") as tx:
            await (await tx.raw()).execute(CONTACT, 1, profile, json.dumps(traits))
        return f"profiles/{profile}"

    async def sender(self) -> None:
        async with self.db.begin("acme") as tx:
            setting = ChannelSetting("email", sender="Acme <news@acme.example>", postal_address="1 High St")
            await channel_settings.write(await tx.raw(), "acme", setting, clock())


CONTACT = """
INSERT INTO contact (workspace, key, profile, revision, identifiers, traits, computed, erased)
VALUES ('acme', $1, $2, 1, '{"email": ["ada@b.example"]}', $3, '{"locale": "de-AT"}', false)
"""


@pytest.fixture
async def house(database, sink):
    async with (
        Database.open((await database("campaign")).url, clock=clock) as db,
        answering(db, sink) as running_house,
    ):
        yield running_house


@asynccontextmanager
async def answering(db, sink):
    pool = Providers(smtp_url=sink.smtp_url, smtp_lookup_url=sink.lookup_url, seconds=5, clock=clock)
    rendering = Rendering(
        db,
        Workspaces(),
        clock,
        pool,
        link_url="https://shop.example",
        link_secret="a secret of links",
        hand_over_seconds=5,
    )
    server, address = rpc_server("campaign.rapport", "127.0.0.1:0", SECRET, clock=clock)
    servicer = answered_by(stubs.CampaignServiceServicer(), Templates(db, clock), rendering)
    stubs.add_CampaignServiceServicer_to_server(servicer, server)
    async with running(server, grace_seconds=0), channel(address) as to:
        yield House(db, stubs.CampaignServiceStub(to), sink)
    await pool.close()


def template(slug="hello", **changed) -> content.Template:
    said = {
        "display_name": "Hello",
        "channel": content.EMAIL,
        "contents": [
            content.Content(
                locale="en", subject="Hi {{ profile.first_name }}", html="<p>Hi {{ event.event }}</p>"
            ),
            content.Content(
                locale="de", subject="Hallo {{ profile.first_name }}", html="<p>Hallo {{ lost }}</p>"
            ),
        ],
    }
    return content.Template(name=f"templates/{slug}", **(said | changed))


def one(**texts) -> list[content.Content]:
    return [content.Content(locale="en", **texts)]


async def test_a_template_is_shown_as_it_was_made_with_what_was_found_out(house):
    made = await house.create(tracking=False)

    assert (1, "1", ["first_name"], content.MARKETING) == (
        made.revision,
        made.etag,
        list(made.traits),
        getattr(made, "class"),
    )
    assert list(template().contents) == list(made.contents)
    assert (True, False) == (made.HasField("tracking"), made.tracking)
    assert ["contents[1].html: line 1: nothing fills lost, unless a send brings it"] == list(made.warnings)
    assert made == await house.ask(pb.GetTemplateRequest(name="templates/hello"))


async def test_a_name_is_taken_once_and_a_repeat_makes_no_second(house):
    request = pb.CreateTemplateRequest(template=template(), request_id="once")
    assert await house.ask(request) == await house.ask(request)
    assert "NAME_TAKEN" == (await house.refusal(pb.CreateTemplateRequest(template=template()))).reason


async def test_what_is_broken_is_refused_where_it_stands(house):
    contents = [
        content.Content(locale="en", html="ok"),
        content.Content(locale="de", html="a\n\n{{ x | nope }}"),
    ]
    refusal = await house.refusal(pb.CreateTemplateRequest(template=template(contents=contents)))
    assert ("TEMPLATE_INVALID", ["template.contents[1].html"]) == (refusal.reason, refusal.fields)
    assert "line 3: " in refusal.sentence


@pytest.mark.parametrize(
    ("changed", "field"), [({"channel": 0}, "template.channel"), ({"contents": []}, "template.contents")]
)
async def test_a_template_has_a_channel_and_says_something(house, changed, field):
    refusal = await house.refusal(pb.CreateTemplateRequest(template=template(**changed)))
    assert ("TEMPLATE_INVALID", [field]) == (refusal.reason, refusal.fields)


async def test_a_template_that_would_be_too_large_is_refused(house):
    contents = one(html="{{ a }}" * 6000)
    assert (
        "TEMPLATE_TOO_COSTLY"
        == (await house.refusal(pb.CreateTemplateRequest(template=template(contents=contents)))).reason
    )


async def test_a_group_nobody_made_is_refused(house):
    request = pb.CreateTemplateRequest(template=template(subscription_group="subscription_groups/none"))
    assert "SUBSCRIPTION_GROUP_NOT_FOUND" == (await house.refusal(request)).reason


async def test_an_update_writes_what_the_mask_names_and_a_revision_counts_contents(house):
    made = await house.create(tracking=True)

    async def update(*paths, **said):
        changed = content.Template(name="templates/hello", **said)
        return await house.ask(pb.UpdateTemplateRequest(template=changed, update_mask=FieldMask(paths=paths)))

    named = await update("display_name", "tracking", display_name="New")
    assert ("New", 1, "2", False) == (
        named.display_name,
        named.revision,
        named.etag,
        named.HasField("tracking"),
    )
    assert made.contents == named.contents
    again = await update("contents", contents=one(text="{{ profile.size }}"))
    assert (2, "3", ["size"]) == (again.revision, again.etag, list(again.traits))
    assert again == await update("contents", contents=one(text="{{ profile.size }}"))

    lost = content.Template(name="templates/hello", display_name="x", etag=made.etag)
    assert "RESOURCE_CHANGED" == (await house.refusal(pb.UpdateTemplateRequest(template=lost))).reason
    other = content.Template(name="templates/hello", channel=content.SMS)
    mask = FieldMask(paths=["channel"])
    assert (
        "FIELD_NOT_WRITABLE"
        == (await house.refusal(pb.UpdateTemplateRequest(template=other, update_mask=mask))).reason
    )


async def test_templates_are_listed_by_name_in_pages_of_one_channel_or_all(house):
    for slug in ("c", "a", "b"):
        await house.create(slug)
    await house.create("sms", channel=content.SMS, contents=one(text="x"))

    async def names(**asked):
        found, token = [], ""
        while True:
            page = await house.ask(pb.ListTemplatesRequest(page_token=token, **asked))
            found.append([each.name.removeprefix("templates/") for each in page.templates])
            token = page.next_page_token
            if not token:
                return found

    assert [["a", "b"], ["c", "sms"]] == await names(page_size=2)
    assert [["sms"]] == await names(channel=content.SMS)


async def test_a_page_ends_early_where_templates_are_large(house):
    for slug in "abc":
        await house.create(
            slug, contents=[content.Content(locale=each, html="x" * 500_000) for each in ("en", "de", "fr")]
        )
    page = await house.ask(pb.ListTemplatesRequest())
    assert ["templates/a", "templates/b"] == [each.name for each in page.templates]
    rest = await house.ask(pb.ListTemplatesRequest(page_token=page.next_page_token))
    assert (["templates/c"], "") == ([each.name for each in rest.templates], rest.next_page_token)


async def test_a_template_is_deleted_when_nothing_sends_it(house):
    await house.create()
    await house.ask(pb.DeleteTemplateRequest(name="templates/hello"))
    assert "TEMPLATE_NOT_FOUND" == (await house.refusal(pb.GetTemplateRequest(name="templates/hello"))).reason


async def test_a_template_that_is_sent_stays(house):
    await house.create()
    async with house.db.begin("acme") as tx:
        connection = await tx.raw()
        await journeys.create(connection, "acme", "welcome", journeys.Values("", "", b""), clock())
        new = journeys.NewVersion(b"", ["templates/hello"], "keys/ada")
        await journeys.publish(connection, "acme", "welcome", new, clock())
        values = broadcasts.Values("", b"", b"", ["templates/hello"], None, False, 0)
        await broadcasts.create(connection, "acme", "spring", values, 1)

    refusal = await house.refusal(pb.DeleteTemplateRequest(name="templates/hello"))
    assert ("RESOURCE_IN_USE", ["journeys/welcome", "broadcasts/spring"]) == (refusal.reason, refusal.fields)

    async with house.db.begin("acme") as tx:
        await journeys.be(await tx.raw(), "acme", "welcome", "ARCHIVED", clock())
        await broadcasts.be(await tx.raw(), "acme", "spring", "SENT", 2)
    await house.ask(pb.DeleteTemplateRequest(name="templates/hello"))


async def test_no_workspace_sees_the_templates_of_another(house):
    await house.create()
    await house.create(workspace="other", display_name="Theirs")
    assert ["Hello"] == [each.display_name for each in (await house.ask(pb.ListTemplatesRequest())).templates]
    await house.ask(pb.DeleteTemplateRequest(name="templates/hello"), "other")
    for request in (
        pb.GetTemplateRequest(name="templates/hello"),
        pb.RenderTemplateRequest(name="templates/hello"),
        pb.DeleteTemplateRequest(name="templates/hello"),
        pb.TestTemplateRequest(name="templates/hello", recipients=["a@b.example"]),
    ):
        assert "TEMPLATE_NOT_FOUND" == (await house.refusal(request, "other")).reason
    assert "Hello" == (await house.ask(pb.GetTemplateRequest(name="templates/hello"))).display_name


# Shown.


async def test_a_template_is_shown_as_a_customer_would_get_it(house):
    await house.create()
    ada = await house.customer(first_name="Ada <3")

    hers = await house.render(profile=ada, data={"event": {"event": "A & B"}})
    assert ("de", "Hallo Ada <3", ["lost"]) == (hers.locale, hers.subject, list(hers.missing_variables))
    english = await house.render(profile=ada, locale="en-GB", data={"event": {"event": "A & B"}})
    assert ("en", "Hi A & B\n", []) == (english.locale, english.text, list(english.missing_variables))
    assert "<p>Hi A &amp; B</p>" in english.html
    assert english.size_bytes == sum(
        len(each.encode()) for each in (english.subject, english.html, english.text)
    )
    nobody = await house.render()
    assert ("en", ["profile.first_name", "event.event"]) == (
        nobody.locale,
        sorted(nobody.missing_variables, reverse=True),
    )


async def test_contents_that_are_not_saved_can_be_shown(house):
    await house.create("sms", channel=content.SMS, contents=one(text="x"))
    shown = await house.render("sms", contents=one(text="{{ code }} " + "ж" * 70), data={"code": 7})
    assert ("7 " + "ж" * 70, 2) == (shown.text, shown.segment_count)

    asked = pb.RenderTemplateRequest(
        name="templates/sms", contents=one(text="{% for i in (1..99999) %}x{% endfor %}")
    )
    refusal = await house.refusal(asked)
    assert ("TEMPLATE_TOO_COSTLY", ["contents[0].text"]) == (refusal.reason, refusal.fields)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"data": b"[]"}, "TEMPLATE_INVALID"),
        ({"data": b"{"}, "TEMPLATE_INVALID"),
        ({"profile": f"profiles/{uuid4()}"}, "PROFILE_NOT_FOUND"),
        ({"profile": "profiles/\0"}, "PROFILE_NOT_FOUND"),
        ({"name": "templates/\0"}, "TEMPLATE_NOT_FOUND"),
    ],
    ids=range(5),
)
async def test_what_cannot_be_shown_is_refused(house, asked, reason):
    await house.create()
    assert (
        reason
        == (await house.refusal(pb.RenderTemplateRequest(**({"name": "templates/hello"} | asked)))).reason
    )


# Sent to try it.


async def test_a_test_is_sent_to_addresses_of_ones_own_once(house):
    await house.create()
    await house.sender()
    ada = await house.customer(first_name="Ada")
    request = pb.TestTemplateRequest(
        name="templates/hello",
        recipients=["me@b.example", "no address", "you@b.example"],
        profile=ada,
        request_id="r",
    )

    tested = await house.ask(request)
    assert tested == await house.ask(request)

    assert ("", "") == (tested.failures[0], tested.failures[2])
    assert tested.failures[1]
    assert "Hallo Ada" == tested.message.subject
    mails = await house.sink.mails()
    assert ["me@b.example", "you@b.example"] == sorted(to for mail in mails for to in mail.mail.to)
    assert [1, 1] == [mail.mail.copies for mail in mails]


async def test_a_test_without_a_sender_or_a_provider_is_refused(house):
    await house.create()
    await house.create("sms", channel=content.SMS, contents=one(text="x"))
    for slug in ("hello", "sms"):
        request = pb.TestTemplateRequest(name=f"templates/{slug}", recipients=["me@b.example"])
        assert "CHANNEL_UNAVAILABLE" == (await house.refusal(request)).reason


async def test_shown_before_the_channel_is_ready_it_says_what_is_lacking(house):
    await house.create()
    assert ["channels/email has no sender"] == [
        each.partition(":")[0] for each in (await house.render()).warnings
    ]
    await house.sender()
    assert [] == list((await house.render()).warnings)
