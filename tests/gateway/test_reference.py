"""The reference that people read."""

import copy
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.examples import example
from gateway.markup import Html, element, inline, prose
from gateway.openapi import openapi
from gateway.reference import errors_page, reference_page
from gateway.routes import read_routes

DESCRIPTORS = (Path(__file__).parents[2] / "gen" / "descriptors.binpb").read_bytes()
VOID = {"meta", "link"}


class Outline(HTMLParser):
    """What is in a page: ids, links, elements; complains when they are not nested."""

    def __init__(self, page):
        super().__init__()
        self.ids, self.links, self.elements, self.open, self.text = [], [], [], [], []
        self.feed(page.decode())
        assert [] == self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if tag == "a" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag == self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def document():
    return openapi(read_routes(DESCRIPTORS), DESCRIPTORS)


@pytest.fixture(scope="module")
def pages(document):
    return {"/docs": reference_page(document), "/docs/errors": errors_page(document)}


def test_every_call_and_every_type_has_its_place(document, pages):
    ids = Outline(pages["/docs"]).ids
    calls = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    types = {f"type-{name}" for name in document["components"]["schemas"] if name != "ErrorReason"}
    assert calls | types <= set(ids)
    assert len(ids) == len(set(ids))


def test_every_reason_is_where_its_problem_leads(document, pages):
    reasons = document["components"]["schemas"]["ErrorReason"]["enum"]
    assert set(reasons) <= set(Outline(pages["/docs/errors"]).ids)


def test_every_link_leads_somewhere_and_none_leads_away(pages):
    for page in pages.values():
        outline = Outline(page)
        assert set(outline.links) <= {"/docs", "/docs/errors", "/openapi.json"} | {
            f"#{id}" for id in outline.ids
        }
        assert not re.search(rb"https?://|<script|@import|url\(", page)


def test_the_pages_have_landmarks_and_headings_in_order(pages):
    for page in pages.values():
        elements = Outline(page).elements
        assert {"nav", "main", "h1"} <= set(elements)
        assert 1 == elements.count("h1") == elements.count("main")
        levels = [int(name[1]) for name in elements if re.fullmatch(r"h[1-6]", name)]
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert b'lang="en"' in page
        assert b"prefers-color-scheme: dark" in page


def test_an_example_shows_what_to_send(pages):
    text = "".join(Outline(pages["/docs"]).text)
    assert 'curl -X POST "$RAPPORT_URL/v1/profiles/{profile}/consents"' in text
    assert '"decision": "GRANTED"' in text
    assert "one of GRANTED, DENIED" in text


def test_nothing_in_the_document_becomes_markup(document):
    hostile = copy.deepcopy(document)
    evil = "<script>alert(1)</script>"
    operation = hostile["paths"]["/v1/profiles"]["get"]
    operation["description"] = operation["operationId"] = hostile["info"]["title"] = evil
    operation["parameters"][0]["name"] = evil
    hostile["components"]["schemas"]["Profile"]["description"] = evil
    page = reference_page(hostile)
    assert b"<script" not in page
    assert b"&lt;script&gt;" in page


def test_text_is_escaped_unless_it_is_markup_already():
    assert '<p title="a&quot;b">1 &lt; 2<b>x</b></p>' == element("p", "1 < 2", element("b", "x"), title='a"b')
    assert isinstance(element("p"), Html)


def test_prose_knows_paragraphs_lists_headings_code_and_links():
    made = prose(
        "One `a<b`.\n\n- x\n- y\n\n## Head\n\nSee [this](/docs), [that](https://evil.example).", "h2"
    )
    assert made == (
        "<p>One <code>a&lt;b</code>.</p><ul><li>x</li><li>y</li></ul><h2>Head</h2>"
        '<p>See <a href="/docs">this</a>, [that](https://evil.example).</p>'
    )
    assert "a ` b [ c" == inline("a ` b [ c")


def test_an_example_of_a_request_leaves_out_what_the_server_sets(document):
    schemas = document["components"]["schemas"]
    consent = {"$ref": "#/components/schemas/Consent"}
    sent, answered = example(consent, schemas, sent=True), example(consent, schemas)
    assert ("email", "marketing", "GRANTED") == (sent["channel"], sent["purpose"], sent["decision"])
    assert "name" not in sent
    assert re.fullmatch("profiles/[0-9a-f-]{36}/consents/[0-9a-f-]{36}", answered["name"])
