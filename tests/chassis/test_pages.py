"""Page sizes and page tokens."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Invalid
from chassis.pages import clamp, page, seal, unseal

KEYS = st.lists(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(),
        st.uuids(),
        st.datetimes(timezones=st.just(UTC)),
    )
)


@given(KEYS)
def test_a_token_leads_back_to_its_key(key):
    assert key == unseal(seal(key))


@given(KEYS, st.data())
def test_a_token_that_was_changed_is_refused(key, data):
    token = seal(key)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters().filter(lambda letter: letter != token[place]))
    with pytest.raises(Invalid) as refusal:
        unseal(token[:place] + letter + token[place + 1 :])
    assert "PAGE_TOKEN_INVALID" == refusal.value.reason


@given(st.text(min_size=1))
def test_a_token_we_never_gave_is_refused(token):
    with pytest.raises(Invalid):
        unseal(token)


def test_no_token_is_the_first_page():
    assert unseal("") is None


def test_pages_follow_one_another_to_the_end():
    rows = [(datetime(2026, 1, day, tzinfo=UTC), UUID(int=day)) for day in range(1, 6)]

    def fetched(token: str) -> list[tuple[datetime, UUID]]:
        after = unseal(token)
        return [row for row in rows if after is None or row > tuple(after)][:3]

    first, token = page(fetched(""), 2, key=list)
    second, token = page(fetched(token), 2, key=list)
    third, end = page(fetched(token), 2, key=list)
    assert rows == first + second + third
    assert "" == end


def test_a_page_has_a_bounded_size():
    assert 50 == clamp(0)
    assert 7 == clamp(7)
    assert 1000 == clamp(5000)
    with pytest.raises(Invalid):
        clamp(-1)
