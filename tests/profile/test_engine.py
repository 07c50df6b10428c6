"""The engine on a real database: the same in any order, in any batches, however often."""

from tests.profile.world import SHOP, event, world


async def test_an_anonymous_visitor_who_signs_in_is_one_person(database):
    async with world((await database("profile")).url) as shop:
        await shop.take([event(1, "anonymous_id:a1", at=60)])
        await shop.take([event(2, "user_id:u1", "anonymous_id:a1", at=30)])

        assert {frozenset({"anonymous_id:a1", "user_id:u1"})} == await shop.partition()


async def test_a_shared_tablet_never_fuses_two_customers(database):
    async with world((await database("profile")).url) as shop:
        await shop.take([event(1, "user_id:u1", "anonymous_id:tablet", at=60)])
        await shop.take([event(2, "user_id:u2", "anonymous_id:tablet", at=30)])

        assert {
            frozenset({"user_id:u1", "anonymous_id:tablet"}),
            frozenset({"user_id:u2"}),
        } == await shop.partition()
        [conflict] = await shop.rows("SELECT * FROM conflict")
        assert "user_id" == conflict["exceeded_kind"]


async def test_late_evidence_gives_the_tablet_back_to_who_had_it_first(database):
    async with world((await database("profile")).url) as shop:
        await shop.take([event(1, "user_id:u1", "anonymous_id:tablet", at=30)])
        await shop.take([event(2, "anonymous_id:tablet", at=20)])
        await shop.take([event(3, "user_id:u2", "anonymous_id:tablet", at=60)])

        assert {
            frozenset({"user_id:u2", "anonymous_id:tablet"}),
            frozenset({"user_id:u1"}),
        } == await shop.partition()
        told = [fact.DESCRIPTOR.name for fact in shop.told]
        assert "IdentifiersMoved" in told


async def test_an_event_counts_once_however_often_it_comes(database):
    async with world((await database("profile")).url) as shop:
        one = event(1, "user_id:u1", traits={"name": "Ada"})
        await shop.take([one, one])
        await shop.take([one])
        shop.engine.forget()
        await shop.take([one])

        [anchor] = await shop.rows("SELECT * FROM anchor")
        assert 1 == anchor["activity_count"]
        assert 1 == len(await shop.rows("SELECT * FROM activity"))


async def test_two_workspaces_with_the_same_addresses_are_strangers(database):
    async with world((await database("profile")).url) as shop:
        await shop.take([event(1, "email:ada@example.com")])
        await shop.take([event(1, "email:ada@example.com")], workspace="other-shop")

        assert 1 == len(await shop.rows("SELECT * FROM profile"))
        assert 1 == len(await shop.rows("SELECT * FROM profile", workspace="other-shop"))
        assert 0 == len(await shop.rows("SELECT * FROM profile", workspace="nobody"))
        assert SHOP == (await shop.rows("SELECT * FROM profile"))[0]["workspace"]
