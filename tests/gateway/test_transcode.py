"""Requests as messages, and everything that can be wrong with them."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapport.profile.v1 import profile_pb2 as pb

from chassis.errors import Invalid
from gateway.decode import Faults, fill
from gateway.encode import to_json
from gateway.routes import Routes, routes_of
from gateway.transcode import to_message
from tests.gateway.kitchen import kitchen, message


@pytest.fixture(scope="module")
def routes():
    profile = pb.DESCRIPTOR.services_by_name["ProfileService"]
    services = (kitchen().services_by_name["KitchenService"], profile)
    return Routes(route for service in services for route in routes_of(service))


@pytest.fixture
def read(routes):
    def read(line, body=None, **more):
        verb, target = line.split(" ")
        path, _, query = target.partition("?")
        raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        return to_message(routes.match(verb, path), query=query.encode(), body=raw, **more)

    return read


@pytest.fixture
def wrong(read):
    def wrong(*arguments, **more):
        with pytest.raises(Invalid) as refusal:
            read(*arguments, **more)
        assert "REQUEST_UNREADABLE" == refusal.value.reason
        return {each.field: each.description for each in refusal.value.violations}

    return wrong


def dish(body):
    """Reads a dish: the message and the faults."""
    read, faults = message("Dish")(), Faults()
    fill(read, body if isinstance(body, bytes) else orjson.dumps(body), "dish", faults)
    return read, {each.field: each.description for each in faults.found}


INSTANT = "must be an instant by RFC 3339, such as 2026-01-31T12:00:00Z"


def test_a_request_is_put_together_from_path_body_query_and_header(read):
    request = read("PATCH /v1/dishes/7?update_mask=taste,name", {"taste": "SWEET"}, idempotency_key="once")
    assert ("dishes/7", 1, "once") == (request.dish.name, request.dish.taste, request.request_id)
    assert ["taste", "name"] == list(request.update_mask.paths)


def test_an_empty_object_is_a_resource_that_is_there(read):
    assert read("POST /v1/dishes", {}).HasField("dish")


def test_a_verb_without_arguments_needs_no_body(read):
    assert "dishes/7" == read("POST /v1/dishes/7:cook").name
    assert 3 == read("POST /v1/dishes/7:cook", {"minutes": 3}).minutes


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        ("7", "dishes/7"),
        ("a%2Fb", "dishes/a%2Fb"),
        ("a%2fb", "dishes/a%2Fb"),
        ("a:b", "dishes/a%3Ab"),
        ("%41~.-_", "dishes/A~.-_"),
        ("%C3%A9%20+", "dishes/%C3%A9%20%2B"),
        ("100%", "dishes/100%25"),
    ],
)
def test_a_resource_name_has_one_spelling_however_the_path_was_written(read, segment, name):
    assert name == read(f"GET /v1/dishes/{segment}").name


def test_a_plain_variable_is_the_text_itself(read):
    assert "a/b é" == read("GET /v1/plates/a%2Fb%20%C3%A9").plate


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("GET /v1/dishes/%ff", {"name": "is not UTF-8"}),
        ("GET /v1/dishes/%00", {"name": "must be a string without U+0000"}),
        ("GET /v1/plates/%ff", {"plate": "is not UTF-8"}),
        ("GET /v1/dishes:search?text=%ff", {"query": "is not UTF-8", "text": "is required"}),
    ],
)
def test_a_path_or_query_that_is_no_text_is_refused(wrong, line, fault):
    assert fault == wrong(line)


def test_query_parameters_fill_fields_by_their_paths(read):
    request = read(
        "GET /v1/dishes:search?text=a+b&notes=x&notes=y&taste=SWEET&like.chef=z&hot=true"
        "&start_time=2026-01-31T12:00:00%2B01:00&weight=1.5&big=-9&tastes=SALTY&tastes=SWEET&recipe=%7B%22a%22:1%7D"
    )
    assert ("a b", ["x", "y"], 1, "z") == (
        request.text,
        list(request.notes),
        request.taste,
        request.like.chef,
    )
    assert (True, 1.5, -9, [2, 1]) == (request.hot, request.weight, request.big, list(request.tastes))
    assert ("2026-01-31T11:00:00Z", b'{"a":1}') == (request.start_time.ToJsonString(), request.recipe)


@pytest.mark.parametrize(
    ("query", "field", "description"),
    [
        ("color=red", "color", "is not a parameter of this call"),
        ("like=x", "like", "is not a parameter of this call"),
        ("like.main_dish.name=x", "like.main_dish.name", "is not a parameter of this call"),
        ("like.etag=x", "like.etag", "is not a parameter of this call"),
        ("like.sides.name=x", "like.sides.name", "is not a parameter of this call"),
        ("like.nobody.name=x", "like.nobody.name", "is not a parameter of this call"),
        ("counts=x", "counts", "is not a parameter of this call"),
        ("hot=yes", "hot", "must be true or false"),
        ("hot=true&hot=true", "hot", "stands twice"),
        ("weight=NaN", "weight", "must be a finite number"),
        ("weight=1e999", "weight", "must be a finite number"),
        ("big=1.5", "big", "must be a whole number from -9223372036854775808 to 9223372036854775807"),
        ("taste=SOUR", "taste", "must be one of SWEET, SALTY"),
        ("start_time=yesterday", "start_time", INSTANT),
        ("recipe=[1]", "recipe", "must be a JSON object"),
        ("recipe={", "recipe", "must be a JSON object"),
        ("like.name=%00", "like.name", "must be a string without U+0000"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(wrong, query, field, description):
    assert {field: description} == wrong(f"GET /v1/dishes:search?text=x&{query}")


def test_no_more_parameters_than_anyone_needs(wrong):
    assert "has more than 200 parameters" == wrong("GET /v1/dishes:search?" + "notes=x&" * 201)["query"]


def test_what_the_path_or_the_body_gives_is_no_parameter(wrong):
    assert {"name": "is not a parameter of this call"} == wrong("GET /v1/dishes/7?name=dishes/8")
    assert {"dish.taste": "is not a parameter of this call"} == wrong("POST /v1/dishes?dish.taste=SWEET", {})
    assert {"minutes": "is not a parameter of this call"} == wrong("POST /v1/dishes/7:cook?minutes=1")


def test_what_a_request_cannot_do_without_is_named(wrong):
    assert {"text": "is required"} == wrong("GET /v1/dishes:search")
    assert {"dish": "must be an object, and the body is empty"} == wrong("POST /v1/dishes")


def test_a_body_where_none_belongs_is_refused(wrong):
    assert {"body": "GET takes no body here"} == wrong("GET /v1/dishes/7", {})


def test_the_body_may_repeat_the_name_and_not_contradict_it(read, wrong):
    assert "dishes/7" == read("PATCH /v1/dishes/7", {"name": "dishes/7"}).dish.name
    assert {"dish.name": "must be left out, or dishes/7 as in the path"} == wrong(
        "PATCH /v1/dishes/7", {"name": "dishes/8"}
    )


def test_the_header_and_the_field_say_the_same(read, wrong):
    assert "a" == read("POST /v1/dishes?request_id=a", {}, idempotency_key="a").request_id
    assert "a" == read("POST /v1/dishes?request_id=a", {}).request_id
    assert {"request_id": "must be left out, or the same as Idempotency-Key"} == wrong(
        "POST /v1/dishes?request_id=a", {}, idempotency_key="b"
    )
    assert "dishes/7" == read("GET /v1/dishes/7", idempotency_key="b").name


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b'{"name": "\xff"}', "is not JSON"),
        (b'{"name": "\\ud800"}', "is not JSON"),
        (b"{} {}", "is not JSON"),
        (b'{"weight": NaN}', "is not JSON"),
        (b'{"weight": 1e999}', "is not JSON"),
        (b'{"big": ' + b"9" * 400 + b"}", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "must be an object"),
        (b"null", "must be an object"),
        (b"  7", "must be an object"),
    ],
)
def test_a_body_that_is_no_object_is_refused_as_a_whole(body, words):
    (field,) = (faults := dish(body)[1])
    assert field == "dish"
    assert words in faults["dish"]


@pytest.mark.parametrize(
    ("body", "field", "description"),
    [
        ({"name": 7}, "name", "must be a string"),
        ({"name": "\0"}, "name", "must be a string without U+0000"),
        ({"nom": "x"}, "nom", "is not a field of Dish"),
        ({"cookTime": "x"}, "cookTime", "is not a field of Dish; cook_time is"),
        ({"taste": 1}, "taste", "must be one of SWEET, SALTY"),
        ({"tastes": ["SWEET", "SOUR"]}, "tastes[1]", "must be one of SWEET, SALTY"),
        ({"small": 2**31}, "small", "must be a whole number from -2147483648 to 2147483647"),
        ({"small": True}, "small", "must be a whole number from -2147483648 to 2147483647"),
        ({"small": 1.5}, "small", "must be a whole number from -2147483648 to 2147483647"),
        ({"plain": -1}, "plain", "must be a whole number from 0 to 4294967295"),
        ({"big": "1e3"}, "big", "must be a whole number from -9223372036854775808 to 9223372036854775807"),
        (b'{"huge": 1' + b"0" * 100 + b"}", "huge", "must be a whole number from 0 to 18446744073709551615"),
        ({"weight": "1"}, "weight", "must be a finite number"),
        ({"share": 1e300}, "share", "must be a number of single precision"),
        ({"hot": "true"}, "hot", "must be true or false"),
        ({"photo": "a"}, "photo", "must be bytes in base64"),
        ({"photo": "é"}, "photo", "must be bytes in base64"),
        ({"cook_time": "2026-02-30T00:00:00Z"}, "cook_time", INSTANT),
        ({"cook_time": "2026-01-31"}, "cook_time", INSTANT),
        ({"cook_time": "0001-01-01T00:00:00+23:00"}, "cook_time", INSTANT),
        ({"eaten_times": [None]}, "eaten_times[0]", INSTANT),
        ({"rest": 3}, "rest", "must be a length of time in seconds, such as 3.5s"),
        ({"rest": "999999999999s"}, "rest", "must be a length of time in seconds, such as 3.5s"),
        (
            {"mask": "a b"},
            "mask",
            "must be names of fields with commas between them, such as display_name,time_zone",
        ),
        ({"notes": "x"}, "notes", "must be an array"),
        ({"notes": [1]}, "notes[0]", "must be a string"),
        ({"main_dish": []}, "main_dish", "must be an object"),
        ({"sides": [{}, {"sides": [{"hot": 1}]}]}, "sides[1].sides[0].hot", "must be true or false"),
        ({"sides": [None]}, "sides[0]", "must be an object"),
        (
            {"counts": {"a": "x"}},
            'counts["a"]',
            "must be a whole number from -9223372036854775808 to 9223372036854775807",
        ),
        ({"moods": {"yes": {}}}, 'moods["yes"]', "must be true or false"),
        ({"moods": {"true": {"hot": 1}}}, 'moods["true"].hot', "must be true or false"),
        ({"rests": {"1": "x"}}, 'rests["1"]', "must be a length of time in seconds, such as 3.5s"),
        (b'{"rests": {"1": "1s", "01": "1s"}}', 'rests["01"]', "stands twice"),
        ({"plate": "x", "bowl": {}}, "bowl", "cannot be given together with plate"),
        ({"recipe": []}, "recipe", "must be a JSON object"),
        ({"steps": {}}, "steps", "must be a JSON array"),
        ({"recipe": {"a": ["\0"]}}, "recipe", "must be a JSON object without U+0000 in its texts"),
        ({"recipe": {"\0": 1}}, "recipe", "must be a JSON object without U+0000 in its texts"),
        ({"recipes": [{}, 1]}, "recipes[1]", "must be a JSON object"),
        (b'{"name": "a", "name": "b"}', "name", "stands twice"),
        (b'{"hot": true, "h\\u006ft": false}', "hot", "stands twice"),
        (b'{"recipe":' + b"[" * 64 + b"]" * 64 + b"}", "recipe", "is nested deeper than 64"),
        (b'{"main_dish":' * 70 + b"{}" + b"}" * 70, "main_dish", "is nested deeper than 64"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_what_would(body, field, description):
    assert {f"dish.{field}": description} == dish(body)[1]


def test_all_faults_are_told_up_to_twenty():
    faults = dish({"hot": 1, "name": 1, "sides": [{"hot": 1}]})[1]
    assert {"dish.hot", "dish.name", "dish.sides[0].hot"} == set(faults)
    assert 20 == len(dish({"notes": [1] * 50})[1])


def test_the_sentence_names_the_first_fault(read):
    with pytest.raises(Invalid) as refusal:
        read("POST /v1/dishes", {"hot": 1, "name": 1})
    assert "The request does not fit: dish.hot must be true or false (and 1 more)." == refusal.value.message


def test_values_are_read_in_every_form_json_has_for_them():
    body = {
        "small": "3",
        "big": 2**53 + 1,
        "huge": str(2**64 - 1),
        "plain": 3.0,
        "photo": "_-4",
        "cook_time": "2026-01-31t12:00:00.5+02:00",
        "rest": "-0.5s",
        "mask": "a_b,c.d",
        "chef": "",
        "moods": {"true": {"hot": True}},
        "rests": {"-1": "2s"},
        "counts": {"a": "5"},
    }
    read, faults = dish(body)
    assert not faults
    assert (3, 2**53 + 1, 2**64 - 1, 3, b"\xff\xee") == (
        read.small,
        read.big,
        read.huge,
        read.plain,
        read.photo,
    )
    assert ("2026-01-31T10:00:00.500Z", "-0.500s") == (
        read.cook_time.ToJsonString(),
        read.rest.ToJsonString(),
    )
    assert (["a_b", "c.d"], True) == (list(read.mask.paths), read.HasField("chef"))
    assert (True, 2, 5) == (read.moods[True].hot, read.rests[-1].seconds, read.counts["a"])


def test_null_is_as_if_it_were_left_out():
    read, faults = dish(
        dict.fromkeys(("name", "hot", "main_dish", "sides", "chef", "recipe", "cook_time", "taste"))
    )
    assert (message("Dish")(), {}) == (read, faults)


def test_a_document_inside_stays_exactly_as_it_was_sent():
    document = b'{ "n": 1.10, "big":123456789012345678901, "n": "twice", "null": null }'
    assert document == dish(b'{"recipe": ' + document + b', "steps":[ ]}')[0].recipe
    assert [b'{"a":1}', b"{ }"] == list(dish(b'{"recipes": [{"a":1}, { }]}')[0].recipes)


def test_a_document_may_be_sixty_four_deep_and_hold_an_escaped_backslash():
    assert not dish(b'{"steps":' + b"[" * 63 + b"]" * 63 + b"}")[1]
    assert not dish(b'{"recipe":{"a":"\\\\u0000"}}')[1]


def test_what_only_the_server_says_is_ignored(read):
    body = orjson.loads(to_json(pb.Profile(name="profiles/1", activity_count=7, traits=b'{"plan":"pro"}')))
    request = read("PATCH /v1/profiles/1", body | {"computed": "nonsense"})
    assert pb.Profile(name="profiles/1", traits=b'{"plan":"pro"}') == request.profile


@given(st.binary())
def test_any_bytes_are_read_or_refused(body):
    dish(body)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from([field.name for field in kitchen().message_types_by_name["Dish"].fields])


@given(st.dictionaries(FIELDS, JSON))
def test_any_values_are_read_or_refused(body):
    read, faults = dish(body)
    assert all(path.startswith("dish.") for path in faults)
    assert faults or message("Dish").FromString(read.SerializeToString()) == read


@given(
    path=st.text(st.characters(max_codepoint=255, exclude_characters="/"), min_size=1),
    query=st.binary() | st.sampled_from([b"notes=%FF", b"like.name", b"=&=", b"a=1&a=2"]),
    key=st.text(),
)
def test_any_path_query_and_header_are_read_or_refused(routes, path, query, key):
    for verb, target in (("GET", f"/v1/dishes/{path}"), ("POST", "/v1/dishes"), ("GET", "/v1/dishes:search")):
        with suppress(Invalid):
            to_message(routes.match(verb, target), query=query, idempotency_key=key)
