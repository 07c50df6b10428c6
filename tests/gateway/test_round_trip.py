"""What is written as JSON is read back as the same message."""

from functools import cache

import orjson
import pytest
from google.protobuf.descriptor import FieldDescriptor as F
from hypothesis import given
from hypothesis import strategies as st
from rapport.profile.v1 import profile_pb2 as pb

from gateway import options
from gateway.decode import Faults, fill
from gateway.encode import map_entry, to_json
from tests.gateway.kitchen import message

RESOURCES = (pb.Profile, pb.Activity, pb.Order, pb.Cart, pb.Consent, pb.Conflict, pb.ListProfilesResponse)


@pytest.mark.parametrize("kind", [*RESOURCES, message("Dish")], ids=lambda kind: kind.DESCRIPTOR.name)
@given(data=st.data())
def test_a_message_comes_back_from_its_json(kind, data):
    sent = kind(**data.draw(messages(kind.DESCRIPTOR, levels=1)))
    back, faults = kind(), Faults()
    fill(back, to_json(sent), "", faults)
    assert [] == faults.found
    assert sent == back


@cache
def messages(described, levels):
    """Fields of a message that a client may send; inner messages down to so many *levels*."""
    one_of = {field.name for oneof in described.oneofs for field in oneof.fields[1:]}
    fields = {
        field.name: contents(field, levels)
        for field in described.fields
        if field.name not in one_of and not options.output_only(field)
    }
    # A document that was never set reads as an empty one.
    documents = {
        name: fields.pop(name) for name in list(fields) if is_document(described.fields_by_name[name])
    }
    return st.fixed_dictionaries(documents, optional=fields if levels >= 0 else {})


def is_document(field):
    return options.document_form(field) and not field.is_repeated


def contents(field, levels):
    if entry := map_entry(field):
        key, value = (entry.fields_by_name[part] for part in ("key", "value"))
        return st.dictionaries(values(key, levels), values(value, levels), max_size=2)
    one = values(field, levels)
    return st.lists(one, max_size=2) if field.is_repeated else one


def values(field, levels):
    if form := options.document_form(field):
        return DOCUMENTS[form]
    if field.enum_type:
        return st.sampled_from([value.number for value in field.enum_type.values])
    if not field.message_type:
        return SCALARS[field.type]
    if field.message_type.full_name in WELL_KNOWN:
        return WELL_KNOWN[field.message_type.full_name]
    return st.deferred(lambda: messages(field.message_type, levels - 1)) if levels >= 0 else st.just({})


TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
JSON = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXT,
    lambda inner: st.lists(inner | st.none(), max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
DOCUMENTS = {
    1: st.dictionaries(TEXT, JSON).map(orjson.dumps),
    2: st.lists(JSON).map(orjson.dumps),
    3: JSON.map(orjson.dumps),
}
WELL_KNOWN = {
    "google.protobuf.Timestamp": st.builds(
        lambda seconds, micros: {"seconds": seconds, "nanos": micros * 1000},
        st.integers(-62_135_596_800, 253_402_300_799),
        st.integers(0, 999_999),
    ),
    "google.protobuf.Duration": st.builds(
        lambda sign, seconds, nanos: {"seconds": sign * seconds, "nanos": sign * nanos},
        st.sampled_from([-1, 1]),
        st.integers(0, 315_576_000_000),
        st.integers(0, 999_999_999),
    ),
    "google.protobuf.FieldMask": st.lists(
        st.from_regex(r"[a-z_]+(\.[a-z_]+)?", fullmatch=True), min_size=1, max_size=3
    ).map(lambda paths: {"paths": paths}),
}
SCALARS = {
    F.TYPE_STRING: TEXT,
    F.TYPE_BOOL: st.booleans(),
    F.TYPE_BYTES: st.binary(),
    F.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    F.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    F.TYPE_UINT32: st.integers(0, 2**32 - 1),
    F.TYPE_UINT64: st.integers(0, 2**64 - 1),
    F.TYPE_DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
    F.TYPE_FLOAT: st.floats(allow_nan=False, allow_infinity=False, width=32),
}
