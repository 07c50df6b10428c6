"""The first journey: a click becomes a segment, a mail, an order, a thank-you; and one trace connects it."""

from datetime import UTC, datetime

import httpx

from tests.eventually import eventually
from tests.journeys import coats
from tests.journeys.coats import Ada

TRACE = "4bf92f3577b34da6a3ce929d0e0e47"


def now() -> datetime:
    return datetime.now(UTC)


async def test_who_looked_at_coats_is_written_to_about_just_those_and_thanked_when_she_buys(house):
    ada = Ada()
    await coats.looks_at_coats(house, ada, now())
    await coats.signs_in(house, ada, now())

    first = await coats.mail(house, ada, 1)
    profile = (await house.find(f"user_id:{ada.user}"))["name"]
    assert "Wool coat Fjell, Parka Nordkap: still on your mind?" == first["subject"]
    assert all(
        name in first["html"] and name in first["text"] for name in ("Parka Nordkap", "Wool coat Fjell")
    )
    assert "Scarf" not in first["html"], "just those coats"
    assert "Ada" in first["html"]
    assert "Hafenstraße 1" in first["text"]
    assert {"segments/looked-at-coats", "segments/reachable-by-email"} <= {
        each["segment"] for each in await house.everything(f"/v1/{profile}/memberships")
    }
    assert {"coats": ("WAITING", "END_REASON_UNSPECIFIED")} == await coats.runs(house, profile)

    await coats.buys(house, ada, now())

    second = await coats.mail(house, ada, 2)
    assert f"Thank you for your order A-{ada.mark}" == second["subject"]
    ended = {"coats": ("ENDED", "GOAL_REACHED"), "after-purchase": ("ENDED", "COMPLETED")}
    await eventually(ended, lambda: coats.runs(house, profile))
    assert [1, 1] == [mail["copies"] for mail in (first, second)]
    story = [
        *("Product Viewed", "Product Viewed", "Product Viewed", "identify"),
        *("JourneyEntered", "MessageSent"),
    ]
    await eventually(True, lambda: told(house, profile, 11))
    lived = await coats.timeline(house, profile)
    assert story == lived[: len(story)]
    # What her order brought about is told of the same instant.
    assert {"Order Completed", "JourneyEntered", "JourneyEnded", "MessageSent"} == set(lived[len(story) :])


async def told(house, profile: str, least: int) -> bool:
    return len(await coats.timeline(house, profile)) >= least


async def test_links_lead_where_they_led_and_only_the_button_unsubscribes(house):
    ada = Ada()
    await coats.looks_at_coats(house, ada, now())
    await coats.signs_in(house, ada, now())
    mail = await coats.mail(house, ada, 1)
    profile = (await house.find(f"user_id:{ada.user}"))["name"]
    async with httpx.AsyncClient(base_url=house.url) as reader:
        tracked = [path for path in coats.links(mail) if path.startswith("/c/")]
        places = [(await reader.get(path)).headers["location"] for path in tracked]
        assert any(place.startswith("https://nordlicht.example/p/parka-nordkap") for place in places)
        one_click = coats.header(mail, "List-Unsubscribe").strip("<>")
        assert "List-Unsubscribe=One-Click" == coats.header(mail, "List-Unsubscribe-Post")
        for _ in range(100):
            assert 200 == (await reader.get(one_click)).status_code
        assert "GRANTED" == await consent(house, profile)
        form = {"List-Unsubscribe": "One-Click"}
        for _ in range(2):
            answer = await reader.post(one_click, data=form)
            assert (200, None) == (answer.status_code, answer.headers.get("set-cookie"))

    await eventually("DENIED", lambda: consent(house, profile))
    lived = await coats.timeline(house, profile)
    assert 1 == lived.count("Unsubscribed")


async def consent(house, profile: str) -> str:
    consents = await house.everything(f"/v1/{profile}/consents")
    return next(
        one["decision"] for one in consents if (one["channel"], one["purpose"]) == ("email", "marketing")
    )


async def test_one_trace_connects_a_click_to_the_mail_it_caused(house):
    ada = Ada()
    trace = f"{TRACE}{ada.mark[:2]}"
    await coats.looks_at_coats(house, ada, now())
    async with httpx.AsyncClient(base_url=house.url, auth=(house.write_key, "")) as browser:
        traits = {"email": ada.email, "first_name": "Ada"}
        consents = {"userId": ada.user, "anonymousId": ada.visitor, "traits": {"consent": {"email": True}}}
        assert 200 == (await browser.post("/v1/identify", json=consents)).status_code
        await eventually("GRANTED", lambda: known_consent(house, ada))
        identified = {"userId": ada.user, "traits": traits}
        headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
        assert 200 == (await browser.post("/v1/identify", json=identified, headers=headers)).status_code

    await coats.mail(house, ada, 1)

    parts = ("gateway", "profile", "segment", "campaign")
    await eventually({*parts}, lambda: {part for part in parts if trace in house_log(house, part)})


async def known_consent(house, ada: Ada) -> str:
    profile = await house.find(f"user_id:{ada.user}")
    if not profile or not await house.everything(f"/v1/{profile['name']}/consents"):
        return ""
    return await consent(house, profile["name"])


def house_log(house, part: str) -> str:
    return (house.home / "log" / f"{part}.log").read_text(errors="replace")
