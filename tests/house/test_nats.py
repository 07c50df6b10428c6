"""How the local NATS is set up. A kill does not show whether writes were synced, so the settings are read."""

import json
from pathlib import Path

import psutil
import pytest

from deploy.local.nats import Nats


@pytest.fixture
def settings(nats_server: Nats) -> dict:
    """What the running server was told: the file named on its command line."""
    command = psutil.Process(nats_server.pid).cmdline()
    return json.loads(Path(command[command.index("-c") + 1]).read_text())


def test_every_write_is_synced(settings):
    assert "always" == settings["jetstream"]["sync_interval"]


def test_nobody_outside_this_machine_is_heard(settings):
    host, _, _ = settings["listen"].rpartition(":")
    assert "127.0.0.1" == host
    assert not {"http", "https", "http_port", "https_port", "cluster", "leafnodes", "websocket"} & {*settings}


async def test_what_the_server_stores_is_in_its_own_folder(settings, nats_server, state):
    assert Path(settings["jetstream"]["store_dir"]).is_relative_to(state)
    assert nats_server.url.startswith("nats://127.0.0.1:")
