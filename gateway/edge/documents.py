"""What the gateway says of itself: `/openapi.json`, and `/docs` for people."""

from pathlib import Path
from typing import Any

import orjson
from rapport.gateway.v1 import gateway_pb2

from gateway.exchange import JSON, Door, Header
from gateway.openapi import openapi
from gateway.reference import errors_page, reference_page
from gateway.routes import Routes, read_routes

from . import capture_api, health, link_api
from .pages import Page, still


def house_routes() -> Routes:
    """Everything the services of the house answer to, over HTTP."""
    return read_routes(DESCRIPTORS.read_bytes())


def api_document(routes: Routes) -> dict[str, Any]:
    """The OpenAPI document of these routes and of the doors beside them."""
    return openapi(routes, DESCRIPTORS.read_bytes(), FRAGMENTS)


def document_doors(document: dict[str, Any]) -> dict[str, Door]:
    """Made once, at the start: what cannot be described must not be served."""
    described = Page(200, [JSON, ANY_ORIGIN, CACHED], orjson.dumps(document))
    return {
        "/openapi.json": still(described),
        "/docs": still(Page(200, HTML, reference_page(document))),
        "/docs/errors": still(Page(200, HTML, errors_page(document))),
    }


# The map of the house, generated beside the messages it describes.
DESCRIPTORS = Path(gateway_pb2.__file__).parents[3] / "descriptors.binpb"
FRAGMENTS = (capture_api.FRAGMENT, link_api.FRAGMENT, health.FRAGMENT)
ANY_ORIGIN: Header = (b"access-control-allow-origin", b"*")
CACHED: Header = (b"cache-control", b"public, max-age=300")
# The pages need nothing from anywhere, and nothing that found its way into them may run.
HTML: list[Header] = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    CACHED,
]
