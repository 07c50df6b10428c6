"""Two workspaces that share every address, every order number and every message id are strangers."""

import json

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from rapport.access.v1 import access_pb2
from rapport.profile.v1 import profile_pb2 as pb

from tests.profile.house import Refused, Shop, identify, order, track

SERVICE = pb.DESCRIPTOR.services_by_name["ProfileService"]
TABLES = ("profile", "identifier", "anchor", "claim", "activity", "purchase", "cart", "consent", "conflict")
METHODS = [each for each in SERVICE.methods if not each.GetOptions().Extensions[access_pb2.planned]]


def history(mark):
    """The same in every shop, but for a mark by which what belongs to it is known."""
    context = {"page": {"title": mark}}
    return (
        identify(
            100,
            userId="ada",
            anonymousId="a1",
            messageId="m1",
            traits={"email": "ada@example.com", "seen": mark},
        ),
        identify(90, userId="bob", anonymousId="a1", messageId="m2", traits={"seen": mark}),
        identify(
            80, userId="ada", messageId="m3", traits={"consent": {"sms": {"granted": True, "evidence": mark}}}
        ),
        order("o1", 70, messageId="m4", total=10, coupon=mark, context=context),
        track("Product Added", 60, messageId="m5", userId="ada", properties={"sku": mark, "price": 1}),
        {"type": "nonsense", "userId": mark},
    )


@pytest.fixture
async def shops(house):
    """Theirs and ours, each with the same customers."""
    theirs, ours = Shop(house), Shop(house)
    for each in (theirs, ours):
        await each.take(*history(mark(each)))
    return theirs, ours


def mark(shop):
    return f"seen-in-{shop.workspace}."


async def belongings(shop):
    """What no other workspace may ever see: the mark of this one, and the names of its profiles."""
    listed = (await shop.ask(pb.ListProfilesRequest())).profiles
    return [mark(shop).encode(), *(one.name.removeprefix("profiles/").encode() for one in listed)]


def filled(message, known):
    """A message with everything that is required, by the names of its fields."""
    for field in message.DESCRIPTOR.fields:
        value = known.get(field.full_name, known.get(field.name))
        if value is None:
            continue
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            filled(getattr(message, field.name), known | value)
        else:
            setattr(message, field.name, value)
    return message


async def request(method, shop):
    """A call of *method* about what exists in *shop*."""
    ada = await shop.name("user_id:ada")
    known = {
        "name": ada,
        "parent": ada,
        "rapport.profile.v1.GetOrderRequest.name": "orders/o1",
        "identifier": "email:ada@example.com",
        "profile": {"rapport.profile.v1.Profile.traits": json.dumps({"said": mark(shop)}).encode()},
        "consent": {
            "name": "",
            "profile": None,
            "channel": "email",
            "purpose": "marketing",
            "decision": pb.GRANTED,
            "evidence": mark(shop),
        },
    }
    return filled(GetMessageClass(method.input_type)(), known)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
async def test_no_method_shows_or_changes_anything_of_another_workspace(shops, method):
    theirs, ours = shops
    asked = await request(method, theirs)
    before = await belongings(theirs), await everything(theirs), await everything(ours)

    answer = await ours.answer(asked)

    assert isinstance(answer, Refused) or not held(answer, before[0])
    assert before[1:] == (await everything(theirs), await everything(ours))
    own = await theirs.ask(asked)
    assert held(own, before[0]), f"{method.name} was asked for nothing, so that it proves nothing"


@pytest.mark.parametrize(
    "method",
    [each for each in METHODS if {"parent", "profile"} & {*each.input_type.fields_by_name}],
    ids=lambda m: m.name,
)
async def test_a_profile_of_another_workspace_does_not_exist(shops, method):
    theirs, ours = shops
    refused = await ours.refusal(await request(method, theirs))

    assert (grpc.StatusCode.NOT_FOUND, "PROFILE_NOT_FOUND") == (refused.code, refused.reason)


@pytest.mark.parametrize(
    "method",
    [each for each in METHODS if "page_token" in each.input_type.fields_by_name],
    ids=lambda m: m.name,
)
async def test_a_token_of_another_workspace_opens_nothing(shops, method):
    theirs, ours = shops
    for each in shops:
        await each.take(*history(f"{mark(each)} again"))
    asked = await request(method, theirs)
    asked.page_size = 1
    token = (await theirs.ask(asked)).next_page_token
    mine = await request(method, ours)
    mine.page_token = token

    assert not held(await ours.ask(mine), await belongings(theirs))


async def test_the_same_addresses_are_two_people_with_orders_of_their_own(shops):
    theirs, ours = shops
    hers, mine = await theirs.profile("email:ada@example.com"), await ours.profile("email:ada@example.com")

    assert hers.name != mine.name
    assert hers.identifiers == mine.identifiers
    assert hers.activity_count == mine.activity_count == 4
    assert hers.name == (await theirs.ask(pb.GetOrderRequest(name="orders/o1"))).profile
    assert mine.name == (await ours.ask(pb.GetOrderRequest(name="orders/o1"))).profile


async def test_facts_are_told_under_their_own_workspace_only(house, shops):
    theirs, ours = shops
    for each in shops:
        ada = await each.name("user_id:ada")
        await each.update(ada, {"said": mark(each)})
        await each.ask(
            pb.RecordConsentRequest(
                parent=ada, consent=pb.Consent(channel="email", purpose="marketing", decision=pb.DENIED)
            )
        )
    await house.listen()

    for each, other in ((theirs, ours), (ours, theirs)):
        foreign = await belongings(other)
        assert {
            "ProfileCreated",
            "ProfileUpdated",
            "ActivityRecorded",
            "OrderPlaced",
            "CartUpdated",
            "ConsentChanged",
        } == {type(fact).__name__ for fact in house.told[each.workspace]}
        assert [] == [fact for fact in house.told[each.workspace] if held(fact, foreign)]


async def test_workspaces_that_come_in_one_batch_are_kept_apart(house):
    """Their transaction may see all of them."""
    shops = [Shop(house) for _ in range(4)]
    last = [await each.capture(*history(mark(each))) for each in shops][-1]
    await house.until_taken(last)

    for each in shops:
        assert 2 == len((await each.ask(pb.ListProfilesRequest())).profiles)
        assert 1 == len((await each.ask(pb.ListConflictsRequest())).conflicts)
        assert {mark(each)} == {
            json.loads(one.traits)["seen"] for one in (await each.ask(pb.ListProfilesRequest())).profiles
        }


async def test_without_a_workspace_the_database_shows_nothing(house, shops):
    tables = await house.connection.fetch(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    assert len(tables) > 10
    for table in tables:
        assert 0 == await house.connection.fetchval(f"SELECT count(*) FROM {table['relname']}")


async def everything(shop):
    """Every row a workspace has."""
    return {
        table: await shop.rows(
            f"SELECT * FROM {table} WHERE workspace = '{shop.workspace}' ORDER BY 1, 2, 3, 4"
        )
        for table in TABLES
    }


def held(message, belongings):
    raw = message.SerializeToString()
    return [each for each in belongings if each in raw]
