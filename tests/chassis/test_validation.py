"""The rules in the protos, said to people."""

import pytest
from rapport.gateway.v1 import gateway_pb2 as gateway
from rapport.profile.v1 import profile_pb2 as pb

from chassis.errors import Invalid
from chassis.validation import check


def complaints(message) -> dict[str, str]:
    with pytest.raises(Invalid, match="REQUEST_INVALID") as no:
        check(message)
    return {violation.field: violation.description for violation in no.value.violations}


def test_what_fits_passes():
    check(pb.GetProfileRequest(name="profiles/1"))


def test_a_name_that_is_none_is_told_its_form():
    assert complaints(pb.GetProfileRequest(name="x")) == {"name": "Must have the form `profiles/…`."}


def test_every_field_is_named_as_in_the_proto():
    assert complaints(pb.ListProfilesRequest(page_size=-1, page_token="x" * 2001)) == {
        "page_size": "Must be greater than or equal to 0.",
        "page_token": "Must be at most 2000 characters.",
    }


def test_fields_within_fields_have_a_path_and_enums_their_choices():
    consent = pb.Consent(channel="email", purpose="marketing")
    assert complaints(pb.RecordConsentRequest(parent="profiles/1", consent=consent)) == {
        "consent.decision": "Must be one of GRANTED, DENIED."
    }


def test_what_is_missing_is_asked_for():
    assert complaints(pb.UpdateProfileRequest()) == {"profile": "This field is required."}


def test_an_unknown_choice_hears_the_known_ones():
    key = gateway.ApiKey(kind=99)
    assert complaints(gateway.CreateApiKeyRequest(api_key=key)) == {
        "api_key.kind": "Must be one of WRITE, SECRET."
    }


def test_items_are_counted():
    key = gateway.ApiKey(kind=gateway.WRITE, scopes=["profiles.read", "Nonsense"])
    assert list(complaints(gateway.CreateApiKeyRequest(api_key=key))) == ["api_key.scopes[1]"]


def test_the_message_says_the_first_and_counts_the_rest():
    with pytest.raises(Invalid) as no:
        check(pb.ListProfilesRequest(page_size=-1, page_token="x" * 2001))

    assert no.value.message == "page_size: Must be greater than or equal to 0. One more does not fit."
