"""When a part of the house counts as standing."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy.local.home import Home
from deploy.local.parts import stands


class Lonely(BaseHTTPRequestHandler):
    """A gateway whose services are away."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def lonely(tmp_path) -> Iterator[Home]:
    with HTTPServer(("127.0.0.1", 0), Lonely) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield Home(tmp_path, server.server_port)
        server.shutdown()
        serving.join()


def test_a_gateway_that_waits_for_a_service_stands_and_is_not_killed_for_it(lonely):
    assert stands(lonely, "gateway")
    assert not stands(lonely, "campaign")
