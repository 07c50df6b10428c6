"""Who opens and clicks: people, machines, and those that cannot be told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaign.domain.origin import AT_ONCE_US, Origin, Visit, in_company, of_click, of_open
from services.campaign.store.reactions import Click

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
CUBOT = "Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0"
THUNDERBIRD = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Thunderbird/128.4"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
APPLE = "Mozilla/5.0"
HUMAN, MACHINE, UNCERTAIN = Origin.HUMAN, Origin.MACHINE, Origin.UNCERTAIN


@pytest.mark.parametrize(
    ("agent", "opened", "clicked"),
    [
        (FIREFOX, HUMAN, HUMAN),
        (IPHONE, HUMAN, HUMAN),
        (CUBOT, HUMAN, HUMAN),
        (THUNDERBIRD, HUMAN, HUMAN),
        (GMAIL, UNCERTAIN, UNCERTAIN),
        (YAHOO, UNCERTAIN, UNCERTAIN),
        (APPLE, MACHINE, HUMAN),
        ("", UNCERTAIN, UNCERTAIN),
        ("SomethingNew/1.0", UNCERTAIN, UNCERTAIN),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", MACHINE, MACHINE),
        ("Mozilla/5.0 (compatible; bingbot/2.0) BingPreview/1.0b", MACHINE, MACHINE),
        ("Barracuda Sentinel (EE)", MACHINE, MACHINE),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 HeadlessChrome/130.0", MACHINE, MACHINE),
        ("python-requests/2.32", MACHINE, MACHINE),
        ("Go-http-client/2.0", MACHINE, MACHINE),
        ("curl/8.5.0", MACHINE, MACHINE),
        ("facebookexternalhit/1.1", MACHINE, MACHINE),
    ],
)
def test_an_agent_an_hour_later(agent, opened, clicked):
    visit = Visit(agent, NOW, HOUR_AGO)
    assert (opened, clicked) == (of_open(visit), of_click(visit))


@pytest.mark.parametrize("judge", [of_open, of_click])
def test_nobody_reads_within_seconds_of_the_handing_over(judge):
    assert MACHINE is judge(Visit(FIREFOX, NOW, NOW - timedelta(seconds=4.9)))
    assert HUMAN is judge(Visit(FIREFOX, NOW, NOW - timedelta(seconds=5)))
    assert MACHINE is judge(Visit(GMAIL, NOW, NOW))
    # A clock that is a little behind.
    assert MACHINE is judge(Visit(FIREFOX, NOW, NOW + timedelta(seconds=1)))


@pytest.mark.parametrize("judge", [of_open, of_click])
def test_who_asks_for_headers_alone_is_a_machine(judge):
    assert MACHINE is judge(Visit(FIREFOX, NOW, HOUR_AGO, head=True))


@pytest.mark.parametrize("judge", [of_open, of_click])
def test_when_it_went_out_is_not_known_it_cannot_be_told(judge):
    assert UNCERTAIN is judge(Visit(FIREFOX, NOW))
    assert MACHINE is judge(Visit("curl/8", NOW))


@given(st.integers(0, 10), st.integers(0, 10), st.integers(-5 * 10**6, 5 * 10**6))
def test_links_are_in_company_when_they_differ_and_come_within_two_seconds(one, other, apart):
    clicks = [Click(None, one, "human", 10**15), Click(None, other, "human", 10**15 + apart)]
    together = one != other and abs(apart) <= AT_ONCE_US
    assert [together, together] == [in_company(each, clicks) for each in clicks]
