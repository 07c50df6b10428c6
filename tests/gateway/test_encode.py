"""Messages as JSON."""

import math

import orjson
import pytest
from google.protobuf import json_format
from rapport.profile.v1 import profile_pb2 as pb

from gateway.encode import encoder, to_json
from tests.gateway.kitchen import message

EMPTY_DISH = {
    "name": "",
    "taste": "TASTE_UNSPECIFIED",
    "tastes": [],
    "small": 0,
    "big": "0",
    "plain": 0,
    "huge": "0",
    "weight": 0.0,
    "share": 0.0,
    "hot": False,
    "photo": "",
    "notes": [],
    "sides": [],
    "counts": {},
    "moods": {},
    "rests": {},
    "recipe": {},
    "steps": [],
    "secret": None,
    "eaten_times": [],
    "etag": "",
    "recipes": [],
}


def written(**fields):
    return orjson.loads(to_json(message("Dish")(**fields)))


def test_what_has_no_presence_is_always_shown_and_what_has_only_when_set():
    assert written() == EMPTY_DISH
    assert written(chef="", main_dish={}, plate="") == EMPTY_DISH | {
        "chef": "",
        "main_dish": EMPTY_DISH,
        "plate": "",
    }


def test_wide_integers_are_strings_and_enums_are_names():
    shown = written(big=2**53 + 1, huge=2**64 - 1, small=-3, stars=5, taste=1, tastes=[2, 1], counts={"a": 1})
    assert ("9007199254740993", "18446744073709551615", -3, "5") == tuple(
        shown[name] for name in ("big", "huge", "small", "stars")
    )
    assert ("SWEET", ["SALTY", "SWEET"], {"a": "1"}) == (shown["taste"], shown["tastes"], shown["counts"])


def test_an_enum_value_from_the_future_is_its_number():
    assert 77 == written(taste=77)["taste"]


@pytest.mark.parametrize(
    ("seconds", "nanos", "text"),
    [
        (0, 0, "1970-01-01T00:00:00Z"),
        (1_767_225_600, 500_000_000, "2026-01-01T00:00:00.500000Z"),
        (1_767_225_600, 123_456_789, "2026-01-01T00:00:00.123456Z"),
        (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
        (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_instants_are_rfc_3339_in_utc(seconds, nanos, text):
    assert text == written(cook_time={"seconds": seconds, "nanos": nanos})["cook_time"]


@pytest.mark.parametrize(
    ("seconds", "nanos", "text"),
    [(3, 0, "3s"), (3, 500_000_000, "3.5s"), (0, -1, "-0.000000001s"), (-3, -5 * 10**8, "-3.5s")],
)
def test_lengths_of_time_are_seconds(seconds, nanos, text):
    assert text == written(rest={"seconds": seconds, "nanos": nanos})["rest"]


def test_a_mask_keeps_the_names_of_the_protos():
    assert "cook_time,main_dish.name" == written(mask={"paths": ["cook_time", "main_dish.name"]})["mask"]


def test_a_document_inside_is_shown_exactly_as_it_is():
    made = to_json(message("Dish")(recipe=b'{"n": 1.10, "big":123456789012345678901}', secret=b"null"))
    assert b'"recipe":{"n": 1.10, "big":123456789012345678901}' in made


def test_maps_are_objects():
    dish = message("Dish")()
    dish.moods[True].name = "happy"
    dish.rests[-1].seconds = 2
    shown = orjson.loads(to_json(dish))
    assert ("happy", {"-1": "2s"}) == (shown["moods"]["true"]["name"], shown["rests"])


def test_bytes_are_base64_and_what_is_no_number_is_null():
    shown = written(photo=b"\xff\xfe", weight=math.nan)
    assert ("//4=", None) == (shown["photo"], shown["weight"])


def test_types_without_a_form_are_refused_when_compiled():
    with pytest.raises(TypeError, match="Struct has no JSON form"):
        encoder(message("Loose").DESCRIPTOR)(message("Loose")(anything={"a": 1}))


def test_money_is_as_google_writes_it():
    order = pb.Order(total={"currency_code": "EUR", "units": 12, "nanos": 500_000_000})
    assert {"currency_code": "EUR", "units": "12", "nanos": 500_000_000} == orjson.loads(to_json(order))[
        "total"
    ]


def test_what_protobuf_itself_writes_is_the_same_but_for_our_choices():
    consent = pb.Consent(name="profiles/1/consents/2", channel="email", decision="GRANTED", current=True)
    consent.decision_time.FromJsonString("2026-01-31T12:00:00Z")
    theirs = json_format.MessageToDict(
        consent, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    assert theirs == orjson.loads(to_json(consent))
