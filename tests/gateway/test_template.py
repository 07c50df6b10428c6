"""What a path template binds."""

import pytest

from gateway.template import parse


@pytest.mark.parametrize(
    ("text", "segments", "verb", "variables"),
    [
        ("/v1/profiles", ("v1", "profiles"), "", []),
        ("/v1/profiles:lookup", ("v1", "profiles"), "lookup", []),
        ("/v1/{name=profiles/*}", ("v1", "profiles", "*"), "", [("name", 1, 3, True)]),
        ("/v1/{name=profiles/*}:merge", ("v1", "profiles", "*"), "merge", [("name", 1, 3, True)]),
        ("/v1/{a.b=x/*}/y", ("v1", "x", "*", "y"), "", [("a.b", 1, 3, True)]),
        ("/v1/links/{token}", ("v1", "links", "*"), "", [("token", 2, 3, False)]),
        (
            "/v1/{parent=a/*}/b/{c}",
            ("v1", "a", "*", "b", "*"),
            "",
            [("parent", 1, 3, True), ("c", 4, 5, False)],
        ),
        ("/v1/{name=a/*/b/*}", ("v1", "a", "*", "b", "*"), "", [("name", 1, 5, True)]),
    ],
)
def test_a_template_is_segments_a_verb_and_variables(text, segments, verb, variables):
    template = parse(text)
    assert (segments, verb) == (template.segments, template.verb)
    assert variables == [(v.field, v.start, v.end, v.names_resource) for v in template.variables]


@pytest.mark.parametrize(
    "text",
    ["/v1/{name=**}", "v1/profiles", "/v1//profiles", "/v1/{name", "/v1/a b", "/v1/{Name}", "/v1/x{name}"],
)
def test_what_the_house_does_not_speak_is_refused(text):
    with pytest.raises(ValueError, match="v1"):
        parse(text)


def test_a_template_is_filled_in_order():
    assert "/v1/a/1/b/2:go" == parse("/v1/{parent=a/*}/b/{c}:go").path(["1", "2"])


def test_the_path_gives_each_variable_its_text():
    assert {"parent": "a/1", "c": "2"} == parse("/v1/{parent=a/*}/b/{c}").bind(["v1", "a", "1", "b", "2"])
