"""Which call a path means."""

from pathlib import Path

import pytest

from gateway.routes import MisdescribedError, Routes, read_routes, routes_of
from tests.gateway.kitchen import kitchen, service_of

DESCRIPTORS = Path(__file__).parents[2] / "gen" / "descriptors.binpb"


@pytest.fixture(scope="module")
def house():
    return read_routes(DESCRIPTORS.read_bytes())


@pytest.fixture(scope="module")
def routes():
    return Routes(routes_of(kitchen().services_by_name["KitchenService"]))


def matched(routes, verb, path):
    match = routes.match(verb, path)
    return match and (match.route.method.name, dict(match.variables))


@pytest.mark.parametrize(
    ("verb", "path", "method", "variables"),
    [
        ("POST", "/v1/dishes", "CreateDish", {}),
        ("GET", "/v1/dishes:search", "SearchDishes", {}),
        ("GET", "/v1/dishes/7", "GetDish", {"name": "dishes/7"}),
        ("GET", "/v1/plates/7", "GetDish", {"plate": "7"}),
        ("PATCH", "/v1/dishes/7", "UpdateDish", {"dish.name": "dishes/7"}),
        ("POST", "/v1/dishes/7:cook", "CookDish", {"name": "dishes/7"}),
        ("POST", "/v1/dishes/a:b:cook", "CookDish", {"name": "dishes/a:b"}),
        ("GET", "/v1/dishes/a%2Fb", "GetDish", {"name": "dishes/a%2Fb"}),
        ("GET", "/v1/dishes/a:b", "GetDish", {"name": "dishes/a:b"}),
        ("GET", "/v1/dishes/7:cook", "GetDish", {"name": "dishes/7:cook"}),
    ],
)
def test_a_path_leads_to_its_method(routes, verb, path, method, variables):
    assert (method, variables) == matched(routes, verb, path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1",
        "/v1/dishes/",
        "/v1//7",
        "/v1/dishes/7/8",
        "v1/dishes",
        "/v1/forks",
        "/v1/:search",
        "/v1" + "/x" * 99,
    ],
)
def test_other_paths_lead_nowhere(routes, path):
    assert routes.match("GET", path) is None
    assert () == routes.allowed(path)


def test_a_path_knows_its_verbs(routes):
    assert ("POST",) == routes.allowed("/v1/dishes")
    assert ("GET", "PATCH") == routes.allowed("/v1/dishes/7")
    assert ("GET", "PATCH", "POST") == routes.allowed("/v1/dishes/7:cook")
    assert routes.match("DELETE", "/v1/dishes/7") is None


def test_planned_methods_and_those_without_a_binding_are_no_routes(routes):
    assert {"GetDish", "CookDish", "CreateDish", "UpdateDish", "SearchDishes"} == {
        r.method.name for r in routes.all
    }


def test_a_route_knows_what_its_method_states(routes):
    route = next(r for r in routes.all if r.method.name == "UpdateDish")
    assert ("dishes.write", True, "dish") == (route.scope, route.personal, route.body)
    assert ("/kitchen.v1.KitchenService/UpdateDish", "kitchen.v1.KitchenService") == (
        route.rpc,
        route.service,
    )


def test_a_method_without_a_scope_stops_the_gateway():
    service = service_of('get: "/v1/odd"', package="unscoped")
    with pytest.raises(
        MisdescribedError, match=r"unscoped\.Odd\.Do is reachable over HTTP but states no scope"
    ):
        list(routes_of(service))


@pytest.mark.parametrize(
    ("package", "binding", "words"),
    [
        ("custom", 'custom {kind: "HEAD" path: "/v1/odd"}', "does not speak"),
        ("answer", 'get: "/v1/odd" response_body: "name"', "does not speak"),
        ("stars", 'get: "/v1/{name=**}"', "a segment is a word"),
        ("nofield", 'get: "/v1/{nobody}"', "nobody, which is not a string"),
        ("number", 'get: "/v1/{n}"', "n, which is not a string"),
        ("text", 'post: "/v1/odd" body: "name"', "name, which is not a message"),
    ],
)
def test_a_binding_the_gateway_cannot_honour_stops_it(package, binding, words):
    with pytest.raises(MisdescribedError, match=words):
        list(routes_of(service_of(binding, package=package)))


def test_two_methods_cannot_share_a_path(routes):
    with pytest.raises(MisdescribedError, match="the same path"):
        Routes([*routes.all, routes.all[0]])


def test_the_house_answers_to_what_is_built(house):
    found = {f"{r.verb} {r.template.text}" for r in house.all}
    assert {"GET /v1/{name=orders/*}", "POST /v1/workspaces", "GET /v1/profiles:lookup"} <= found
    assert not any(":erase" in path for path in found)


def test_an_order_whose_id_looks_like_a_path_is_found(house):
    assert ("GetOrder", {"name": "orders/shop%2F1:2"}) == matched(house, "GET", "/v1/orders/shop%2F1:2")
