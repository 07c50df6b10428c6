from hypothesis import given
from hypothesis import strategies as st

from tracking.consent import Consent, consents, word


def told(traits=None, categories=None, *, gpc=False):
    context = None if categories is None else {"consent": {"categoryPreferences": categories}}
    found = consents(None if traits is None else {"consent": traits}, context, gpc)
    return {(one.channel, one.purpose): one.granted for one in found}


def test_categories_of_a_banner_are_purposes_of_no_channel():
    decided = told(categories={"Advertising": True, "DataSharing": False, "C0004": True, "odd": "perhaps"})
    assert {("any", "advertising"): True, ("any", "data_sharing"): False, ("any", "c0004"): True} == decided


def test_channels_are_told_bare_in_words_or_by_purpose():
    decided = told({"email": True, "SMS": "denied", "push": {"marketing": "granted", "profiling": False}})
    assert {
        ("email", "marketing"): True,
        ("sms", "marketing"): False,
        ("push", "marketing"): True,
        ("push", "profiling"): False,
    } == decided


def test_what_decides_nothing_stays_unknown():
    assert {} == told({"email": None, "sms": "later", "push": {"marketing": 1}, "": True, "7": True})
    assert {} == told("yes", "yes")


def test_the_browser_may_forbid_the_sale():
    assert {("any", "sale"): False} == told(gpc=True)


def test_of_two_decisions_about_the_same_the_denial_holds():
    assert {("any", "sale"): False} == told(categories={"Sale": True}, gpc=True)
    assert {("email", "marketing"): False} == told({"email": False, "EMAIL": True})


def test_evidence_scope_and_end_are_kept():
    decision = {"granted": True, "evidence": "Yes, mail me", "scope": "news", "source": "form"}
    ends = {"expire_time": "2027-01-01T00:00:00Z"}
    [found] = consents({"consent": {"email": {"marketing": decision | ends}}}, None, gpc=False)
    assert Consent("email", "marketing", True, "form", "Yes, mail me", "news", 1_798_761_600_000_000) == found
    [bare] = consents({"consent": {"email": decision}}, None, gpc=False)
    assert (None, "marketing") == (bare.expire_time_us, bare.purpose)


@given(st.text())
def test_words_fit_the_proto(text):
    found = word(text)
    assert not found or (found[0].isalpha() and len(found) <= 64 and found.isascii() and found.islower())


ANY = st.recursive(
    st.none() | st.booleans() | st.text() | st.floats() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANY, ANY)
def test_no_json_breaks_it(traits, context):
    consents({"consent": traits}, {"consent": context}, gpc=False)
    consents({"consent": {"email": traits}}, {"consent": {"categoryPreferences": context}}, gpc=True)
