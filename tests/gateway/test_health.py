"""Whether the gateway lives, and whether what it leads to is there."""

from tests.gateway.conftest import House


async def test_it_lives_whatever_stands_around_it(make_house):
    house = await make_house()
    await house.neighbours.aclose()
    answer = await house.get("/healthz")
    assert (200, {"status": "live"}) == (answer.status_code, answer.json())


async def test_it_is_ready_when_every_part_is(house: House):
    answer = await house.get("/readyz")
    assert (200, {"status": "ready", "missing": []}) == (answer.status_code, answer.json())
    assert "no-store" == answer.headers["cache-control"]


async def test_a_service_that_is_down_is_named(make_house):
    house = await make_house()
    await house.neighbours.aclose()
    answer = await house.get("/readyz")
    missing = answer.json()["missing"]
    assert (503, True) == (answer.status_code, "profile" in missing)
    assert {"database", "bus"}.isdisjoint(missing)


async def test_a_database_that_is_away_is_named_and_found_again(make_house):
    house = await make_house()
    async with house.database_away():
        answer = await house.get("/readyz")
        assert (503, ["database"]) == (answer.status_code, answer.json()["missing"])
    assert 200 == (await house.get("/readyz")).status_code


async def test_health_answers_to_head_as_well(house: House):
    answer = await house.http.head("/healthz")
    assert (200, b"") == (answer.status_code, answer.content)
