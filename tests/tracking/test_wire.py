import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.wire import depth, mended, write_key


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"writeKey": "k"}, "k"),
        ({"writeKey": "k", "batch": [{"writeKey": "other"}]}, "k"),
        ({"batch": [{"writeKey": "first"}, {"writeKey": "second"}]}, "first"),
        ({"batch": [{}]}, None),
        ({"batch": []}, None),
        ({"batch": {"writeKey": "k"}}, None),
        ({"writeKey": 7}, None),
        ({"writeKey": ""}, None),
        ([], None),
        ("k", None),
    ],
)
def test_where_a_browser_puts_its_key(document, expected):
    assert expected == write_key(json.dumps(document).encode())


@given(st.binary())
def test_no_bytes_break_the_search_for_a_key(body):
    write_key(body)
    assert depth(body) >= 0


@given(st.text(st.characters()))
def test_mended_text_is_text_and_sound_text_is_left_alone(text):
    written = json.dumps(text).encode()
    read = json.loads(mended(written))
    assert read.encode("utf-8", "strict").decode() == read
    if text == text.encode("utf-16", "replace").decode("utf-16"):
        assert written == mended(written)
