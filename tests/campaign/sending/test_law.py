"""What the law asks of a mail: who sends it, where he lives, and that her no is heard."""

from datetime import UTC, datetime, timedelta

import pytest
from rapport.campaign.v1 import campaign_pb2 as pb
from rapport.campaign.v1 import sending_pb2

from services.campaign.domain.person import Consent, forbade
from tests.campaign.sending.test_sends import create, door  # noqa: F401 -- a fixture

Send = sending_pb2.Send


@pytest.mark.parametrize(
    ("message_class", "lacks"),
    [("marketing", "postal_address"), ("operational", "postal_address"), ("transactional", "")],
)
async def test_without_a_postal_address_nothing_goes_out_but_what_is_transactional(
    shop, sink, message_class, lacks
):
    await shop.channel(postal_address=" ")
    (id,) = await shop.claim(await shop.customer(), message_class=message_class)
    await shop.deliver()

    row = await shop.send(id)
    assert (Send.FAILED if lacks else Send.HANDED_OVER) == row["state"]
    assert lacks in row["failure"]
    assert bool(lacks) == bool(row["failure"])
    assert (0 if lacks else 1) == len(await sink.mails())
    assert 0 == await shop.waiting()


async def test_below_a_mail_stands_where_its_sender_lives_and_how_to_leave(shop, sink):
    await shop.channel(postal_address="1 High St\nTown")
    await shop.claim(await shop.customer())
    await shop.deliver()
    (mail,) = await sink.mails()
    assert "1 High St\r\nTown" in mail.letter.text
    assert "Unsubscribe: https://shop.example/u/" in mail.letter.text


async def test_a_send_is_refused_while_its_channel_lacks_something(door, shop):  # noqa: F811
    await shop.channel(postal_address="")
    refusal = await door.refusal(create(await shop.customer()))
    assert "CHANNEL_UNAVAILABLE" == refusal.reason
    assert "channels/email has no postal_address" in refusal.sentence


async def test_of_a_mail_that_came_back_it_is_shown_that_it_did(door, shop, sink):  # noqa: F811
    sink.faults.refuse["RCPT"] = "550 5.1.1 There is nobody of this name"
    (id,) = await shop.claim(await shop.customer())
    await shop.deliver()

    (came_back,) = (await door.ask(pb.GetSendRequest(name=f"sends/{id}"))).reactions
    assert sending_pb2.Reaction.BOUNCED_HARD == came_back.kind
    assert "There is nobody of this name" in came_back.description


async def test_a_no_that_is_tied_to_no_channel_is_one_on_every_channel(shop, sink):
    ada = await shop.customer()
    await shop.run(
        "INSERT INTO consent (workspace, profile_key, channel, purpose, decision, time_us, since_us)"
        " VALUES ('acme', $1, 'any', 'marketing', 'denied', 5, 5)",
        ada.key,
    )
    (id,) = await shop.claim(ada)
    await shop.deliver()
    assert [("SKIP", "CONSENT")] == await shop.decisions(id)
    await shop.run("UPDATE consent SET time_us = 9 WHERE channel = 'email'")
    await shop.claim(ada)
    await shop.deliver()
    assert 1 == len(await sink.mails())


def test_a_no_holds_until_a_later_yes_on_that_channel():
    early = datetime(2026, 1, 1, tzinfo=UTC)
    late = early + timedelta(days=1)

    def said(**decided):
        return {(channel, "tracking"): Consent(granted, when) for channel, (granted, when) in decided.items()}

    for consents, since in (
        (said(), None),
        (said(email=(True, early)), None),
        (said(email=(False, early)), early),
        (said(any=(False, early)), early),
        (said(any=(False, early), email=(True, late)), None),
        (said(any=(False, late), email=(True, early)), late),
        (said(any=(False, early), email=(True, early)), early),
        (said(any=(True, late), email=(False, early)), early),
        (said(any=(False, early), sms=(True, late)), early),
    ):
        assert since == forbade(consents, "email", "tracking"), consents
