"""The OpenAPI document says what the gateway does."""

from pathlib import Path

import orjson
import pytest
from openapi_spec_validator import validate
from rapport.gateway.v1 import gateway_pb2
from rapport.profile.v1 import profile_pb2

from gateway.comments import first_sentence, paragraphs, read_comments
from gateway.openapi import openapi
from gateway.routes import MisdescribedError, Routes, read_routes, routes_of
from gateway.rules import constrained
from gateway.schemas import Schemas
from tests.gateway.kitchen import kitchen, message

DESCRIPTORS = (Path(__file__).parents[2] / "gen" / "descriptors.binpb").read_bytes()


@pytest.fixture(scope="module")
def document():
    return openapi(read_routes(DESCRIPTORS), DESCRIPTORS)


@pytest.fixture(scope="module")
def dishes():
    return openapi(Routes(routes_of(kitchen().services_by_name["KitchenService"])), DESCRIPTORS)


def test_both_documents_are_valid(document, dishes):
    validate(document)
    validate(orjson.loads(orjson.dumps(document)))
    with pytest.raises(KeyError):
        dishes["paths"]["/v1/dishes/{dish}:burn"]


def test_the_document_is_the_same_every_time(document):
    again = openapi(read_routes(DESCRIPTORS), DESCRIPTORS)
    assert orjson.dumps(document) == orjson.dumps(again)


def test_every_route_is_an_operation_and_nothing_planned_is(document):
    found = {(verb.upper(), path) for path, verbs in document["paths"].items() for verb in verbs}
    assert len(read_routes(DESCRIPTORS).all) == len(found)
    assert ("GET", "/v1/profiles/{profile}/activities") in found
    assert ("POST", "/v1/profiles/{profile}:merge") not in found


def test_an_operation_says_what_the_proto_says(document):
    operation = document["paths"]["/v1/profiles/{profile}"]["get"]
    assert "ProfileService_GetProfile" == operation["operationId"]
    assert "Returns one profile" == operation["summary"]
    assert "survivor, for ever.\n\nNeeds the scope `profiles.read`." in operation["description"]
    assert ("profiles.read", ["Profile"]) == (operation["x-scope"], operation["tags"])
    assert [{"bearer": ["profiles.read"]}, {"basic": ["profiles.read"]}] == operation["security"]
    assert {"$ref": "#/components/schemas/Profile"} == operation["responses"]["200"]["content"][
        "application/json"
    ]["schema"]


def test_operation_ids_are_unique_also_of_additional_bindings(document, dishes):
    for each in (document, dishes):
        ids = [operation["operationId"] for path in each["paths"].values() for operation in path.values()]
        assert len(ids) == len(set(ids))
    assert "KitchenService_GetDish_2" == dishes["paths"]["/v1/plates/{plate}"]["get"]["operationId"]


def parameters(operation, place):
    return {each["name"]: each for each in operation.get("parameters", []) if each["in"] == place}


def test_what_neither_path_nor_body_gives_is_a_query_parameter(document, dishes):
    listed = parameters(document["paths"]["/v1/profiles/{profile}/activities"]["get"], "query")
    assert ["page_size", "page_token", "type", "event", "start_time", "end_time"] == list(listed)
    assert {"type": "integer", "format": "int32", "minimum": 0} == listed["page_size"]["schema"]
    assert "At most 1000; 0 means 50." == listed["page_size"]["description"]
    searched = parameters(dishes["paths"]["/v1/dishes:search"]["get"], "query")
    assert searched["text"]["required"]
    assert {"like.name", "like.cook_time", "notes", "recipe"} <= set(searched)
    assert not {"like", "like.sides", "like.etag", "counts", "like.main_dish.name"} & set(searched)


def test_a_repeatable_call_takes_the_key_that_makes_it_so(document):
    paths = document["paths"]
    header = parameters(paths["/v1/profiles/{profile}/consents"]["post"], "header")["Idempotency-Key"]
    assert 255 == header["schema"]["maxLength"]
    assert {} == parameters(paths["/v1/profiles/{profile}/consents"]["get"], "header")


def test_a_body_is_a_resource_or_what_the_path_does_not_give(dishes):
    created = dishes["paths"]["/v1/dishes"]["post"]["requestBody"]
    assert created["required"]
    assert {"$ref": "#/components/schemas/Dish"} == created["content"]["application/json"]["schema"]
    cooked = dishes["paths"]["/v1/dishes/{dish}:cook"]["post"]["requestBody"]
    assert not cooked["required"]
    assert {"minutes", "request_id"} == set(cooked["content"]["application/json"]["schema"]["properties"])
    assert "requestBody" not in dishes["paths"]["/v1/dishes/{dish}"]["get"]


@pytest.mark.parametrize(
    ("path", "verb", "statuses"),
    [
        ("/v1/profiles", "get", "200 400 401 403 429 500 503 504"),
        ("/v1/profiles:lookup", "get", "200 400 401 403 404 429 500 503 504"),
        ("/v1/api_keys", "post", "200 400 401 403 404 409 413 415 429 500 503 504"),
        ("/v1/profiles/{profile}", "patch", "200 400 401 403 404 409 413 415 429 500 503 504"),
    ],
)
def test_an_operation_lists_the_statuses_it_can_give(document, path, verb, statuses):
    assert statuses.split() == list(document["paths"][path][verb]["responses"])


def test_rules_become_limits(document):
    schemas = document["components"]["schemas"]
    consent = schemas["Consent"]
    assert ["channel", "purpose", "decision"] == consent["required"]
    assert "^[a-z][a-z0-9_]{0,31}$" == consent["properties"]["channel"]["pattern"]
    assert ["GRANTED", "DENIED"] == consent["properties"]["decision"]["enum"]
    assert 4000 == consent["properties"]["evidence"]["maxLength"]
    scopes = schemas["ApiKey"]["properties"]["scopes"]
    assert (100, "string") == (scopes["maxItems"], scopes["items"]["type"])
    assert "pattern" in scopes["items"]


def test_what_the_server_sets_is_read_only_and_a_chosen_name_is_not(document):
    schemas = document["components"]["schemas"]
    profile = schemas["Profile"]["properties"]
    assert all(profile[name]["readOnly"] for name in ("name", "identifiers", "create_time"))
    assert "readOnly" not in profile["traits"]
    assert "readOnly" not in schemas["Workspace"]["properties"]["name"]


def test_what_is_only_answered_says_what_is_always_there(document):
    schemas = document["components"]["schemas"]
    assert ["profiles", "next_page_token"] == schemas["ListProfilesResponse"]["required"]
    assert "total" not in schemas["Order"]["required"]
    assert "required" not in schemas["Profile"]


def test_types_have_the_form_they_have_in_json():
    schemas = Schemas({})
    fields = {field.name: schemas.value(field) for field in message("Dish").DESCRIPTOR.fields}
    assert {"type": "string", "format": "date-time"} == fields["cook_time"]
    assert "int64" == fields["big"]["format"]
    assert {"type": "array", "items": {"$ref": "#/components/schemas/Dish"}} == fields["sides"]
    assert {"$ref": "#/components/schemas/Dish"} == fields["moods"]["additionalProperties"]
    assert ({"type": "object", "additionalProperties": True}, {}) == (fields["recipe"], fields["secret"])
    assert "base64" == fields["photo"]["contentEncoding"]
    assert ["TASTE_UNSPECIFIED", "SWEET", "SALTY"] == schemas.components["Taste"]["enum"]


def test_two_types_of_one_name_are_told_apart():
    schemas = Schemas({})
    first = schemas.message(profile_pb2.Device.DESCRIPTOR)
    schemas.components["Workspace"] = {}
    assert first == schemas.message(profile_pb2.Device.DESCRIPTOR)
    assert {"$ref": "#/components/schemas/GatewayWorkspace"} == schemas.message(
        gateway_pb2.Workspace.DESCRIPTOR
    )


def test_fields_without_rules_have_no_limits():
    assert {} == constrained(profile_pb2.Profile.DESCRIPTOR.fields_by_name["etag"])


def test_reasons_are_listed_with_their_meaning(document):
    reasons = document["components"]["schemas"]["ErrorReason"]
    assert "profile" in reasons["x-services"]["PROFILE_NOT_FOUND"]
    assert (
        "A write key may capture, and nothing else."
        == reasons["x-enum-descriptions"]["WRITE_KEY_ONLY_CAPTURES"]
    )
    assert "ERROR_REASON_UNSPECIFIED" not in reasons["enum"]


def test_everything_a_caller_meets_is_described(document):
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert all(each["description"] for each in operation.get("parameters", []))
    for schema in document["components"]["schemas"].values():
        assert schema["description"]
        assert all(each["description"] for each in schema.get("properties", {}).values())


def test_a_door_that_is_no_route_brings_its_own_part():
    routes = read_routes(DESCRIPTORS)
    track = {
        "tags": [{"name": "Tracking"}],
        "paths": {"/v1/track": {"post": {"responses": {"200": {"description": "Taken"}}}}},
    }
    schema = {"components": {"schemas": {"Event": {"type": "object"}}}}
    made = openapi(routes, DESCRIPTORS, [track, schema])
    validate(made)
    assert "/v1/track" in made["paths"]
    assert "Tracking" == made["tags"][-1]["name"]
    assert {"Event", "Profile"} <= set(made["components"]["schemas"])
    with pytest.raises(MisdescribedError, match="/components/schemas/Profile/type"):
        openapi(routes, DESCRIPTORS, [{"components": {"schemas": {"Profile": {"type": "string"}}}}])


def test_a_comment_keeps_its_paragraphs_and_lists():
    assert "One two.\n\n- a\n- b" == paragraphs(" One\n two.\n\n - a\n - b\n")
    assert "One, e.g. this, is first" == first_sentence("One, e.g. this, is first. Two.")
    assert "Only one" == first_sentence("Only one")


def test_comments_are_found_of_everything_that_has_a_name():
    says = read_comments(DESCRIPTORS)
    for name in (
        "ProfileService",
        "ProfileService.GetProfile",
        "Profile",
        "Profile.etag",
        "OrderState",
        "OrderState.PLACED",
    ):
        assert says[f"rapport.profile.v1.{name}"]
