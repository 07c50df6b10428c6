import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import identifiers
from tracking.identifiers import Identifier, identifier, parse

BLOCKED = ["", " ", "null", "NULL", "undefined", "None", "anonymous", "Guest", "unknown", "N/A", "-1", "0"]
BLOCKED += ["000", "0-0", "-", "00000000-0000-0000-0000-000000000000"]


@pytest.mark.parametrize("value", [*BLOCKED, 0, -1, 0.0, None, True, [], {}, "a\nb", "x" * 501, "a\u202eb"])
@pytest.mark.parametrize("kind", ["user_id", "anonymous_id", "device", "external:shopify"])
def test_values_that_identify_nobody(kind, value):
    assert identifier(kind, value) is None


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("user_id", " Ada ", "Ada"),
        ("user_id", 12, "12"),
        ("user_id", 12.0, "12"),
        ("user_id", 1.5, "1.5"),
        ("user_id", "0017", "0017"),
        ("user_id", "美咲", "美咲"),
        ("email", " Ada@Shop.Example ", "ada@shop.example"),
        ("email", "a.b+c@sub.domain.co.uk", "a.b+c@sub.domain.co.uk"),
        ("email", "jürgen@müller.de", "jürgen@müller.de"),
        ("phone", "+49 171 3920000", "+491713920000"),
        ("phone", "0171 / 39 200 00", "+491713920000"),
        ("phone", "0049 171 3920000", "+491713920000"),
        ("phone", "+49171392000000000", None),
    ],
)
def test_how_a_value_is_written(kind, value, expected):
    found = identifier(kind, value, "DE")
    assert (None if found is None else found.value) == expected


@pytest.mark.parametrize(
    "value",
    ["ada", "@b.de", "a@", "a@b", "a@b.c", "a@b..de", "a b@c.de", "a@b.de, c@d.de", "<a@b.de>", "a@-b.de",
     "a@b.123", "a" * 65 + "@b.de", "a@" + "b" * 250 + ".de", "guest", "null@"],
)  # fmt: skip
def test_addresses_no_mail_could_reach(value):
    assert identifier("email", value) is None


@pytest.mark.parametrize("value", ["12", "hello", "+", "+49", "0171 3920000", "1" * 300, "+999 123456"])
def test_numbers_without_a_country_or_sense_tell_nobody(value):
    assert identifier("phone", value, "") is None


def test_a_region_nobody_knows_reads_only_whole_numbers():
    assert identifier("phone", "0171 3920000", "XX") is None
    assert Identifier("phone", "+491713920000") == identifier("phone", "+49 171 3920000", "XX")


def test_what_a_workspace_blocks_is_blocked_in_its_normal_form_too():
    blocked = frozenset({"test@shop.example"})
    assert identifier("email", " TEST@Shop.example", blocked=blocked) is None
    assert identifier("email", "other@shop.example", blocked=blocked)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user_id:a:b", Identifier("user_id", "a:b")),
        ("email:Ada@Shop.example", Identifier("email", "ada@shop.example")),
        ("phone:+491713920000", Identifier("phone", "+491713920000")),
        ("external:shopify:123", Identifier("external:shopify", "123")),
        ("external:Shopify_Customer_Id:1:2", Identifier("external:shopify", "1:2")),
        ("anonymous_id:x", Identifier("anonymous_id", "x")),
        ("device:x", Identifier("device", "x")),
        ("external:shopify", None),
        ("external::1", None),
        ("external:a b:1", None),
        ("profile:x", None),
        ("name:ada", None),
        ("ada", None),
        ("", None),
        ("user_id:", None),
        ("user_id:guest", None),
    ],
)
def test_identifiers_are_read_from_text(text, expected):
    assert expected == parse(text)


@given(st.text(), st.sampled_from(["", "DE", "US"]))
def test_a_normal_form_stays_as_it_is(text, region):
    for kind in ("user_id", "email", "phone", "anonymous_id"):
        if found := identifier(kind, text, region):
            assert found == identifier(kind, found.value, region)
            assert found == parse(f"{kind}:{found.value}", region)


@pytest.mark.parametrize(
    ("type", "kind"),
    [
        ("shopify", "external:shopify"),
        ("shopify_id", "external:shopify"),
        ("braze_user_id", "external:braze"),
        ("user_id", "user_id"),
        ("email", "email"),
        ("android.id", "device"),
        ("ios.push_token", "device"),
        ("ios.idfa", None),
        ("Not A Name!", None),
        ("", None),
        (7, None),
        ([], None),
    ],
)
def test_what_the_type_of_an_external_id_means(type, kind):
    found = identifiers.external([{"type": type, "id": "a@b.de"}], "", frozenset())
    assert ([kind] if kind else []) == [one.kind for one in found]


def test_kinds_by_strength_and_limit():
    kinds = ["user_id", "email", "phone", "external:shopify", "device", "anonymous_id"]
    assert [1, 2, 3, 4, 5, 6] == [identifiers.priority(kind) for kind in kinds]
    assert [1, 5, 5, 5, 20, 100] == [identifiers.limit(kind) for kind in kinds]
