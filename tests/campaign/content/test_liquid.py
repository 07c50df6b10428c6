"""Liquid: what it fills, what it notes, and what it refuses to do for anybody."""

from datetime import UTC, datetime
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaign.content.liquid import Broken, Limits, Setting, TooCostly, filled

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = "<script>alert('you')</script>"


def text(source, locale="en", html=False, limits=None, **data):
    return filled(source, data, Setting(NOW, locale), limits or Limits(), html=html)[0]


def missing(source, **data):
    return filled(source, data, Setting(NOW, "en"), Limits())[1]


def refusal(kind, source, **data) -> str:
    began = perf_counter()
    with pytest.raises(kind) as told:
        text(source, **data)
    assert perf_counter() - began < 5, "a bomb ends quickly"
    return str(told.value)


# Filling.


def test_what_is_known_is_filled_in_whatever_script_it_is_written_in():
    name = "عائشة Ä́ 👩‍👩‍👧 \u202etxt"
    assert f"Hi {name}!" == text("Hi {{ profile.first_name }}!", profile={"first_name": name})


def test_what_nothing_fills_is_empty_and_noted_by_its_path_once():
    source = "{{ profile.size }}{{ profile.size }}{{ products[0].name }}{{ profile.none }}{{ a.b | upcase }}"
    assert ["profile.size", "products[0].name", "profile.none", "a.b"] == missing(
        source, profile={"none": None}
    )
    assert "" == text(source, profile={})


def test_what_is_only_asked_for_is_not_missed():
    source = "{% if profile.vip %}x{% endif %}{{ profile.first_name | default: 'there' }}"
    assert ([], "there") == (missing(source), text(source))


@pytest.mark.parametrize(
    "source",
    [
        "{{ a | divided_by: 0 }}",
        "{{ 'abc' | truncate: a }}",
        "{{ a | slice: b }}",
        "{{ a | money: 'EUR' }}",
        "{{ a | date: '%Y' }}",
        "{{ a | where: 'x' | map: 'y' | join: ',' }}",
        "{% for x in a.b reversed %}{{ x }}{% endfor %}",
        "{% if a > 3 %}x{% endif %}",
        "{% if a.size > 0 %}x{% endif %}",
    ],
)
def test_what_is_missing_is_never_an_error(source):
    assert text(source) in {"", "..."}


def test_the_clock_is_given_and_not_looked_at():
    assert "2026 2026" == text("{{ now | date: '%Y' }} {{ 'today' | date: '%Y' }}")


# Escaping.


def test_html_escapes_what_customers_said_and_not_what_the_author_wrote():
    shown = text(
        "<b>{{ x }}</b>{{ x | append: '<br>' }}{{ y | join: '<hr>' }}", html=True, x=HOSTILE, y=["<i>", "b"]
    )
    assert "<script" not in shown
    assert shown.startswith("<b>&lt;script&gt;")
    assert shown.endswith("&lt;i&gt;<hr>b")


def test_text_escapes_nothing():
    assert HOSTILE == text("{{ x }}", x=HOSTILE)


def test_safe_html_is_shown_without_what_could_do_harm():
    assert "<b>hi</b>" == text("{{ x | safe }}", html=True, x=f"<b onclick='x()'>hi</b>{HOSTILE}")


CHAINS = st.lists(
    st.sampled_from(
        [
            "upcase",
            "escape",
            "strip_html",
            "url_encode",
            "url_decode",
            "newline_to_br",
            "strip_newlines",
            "squish",
            "escape_once",
            "append: '<b>'",
            "prepend: '<b>'",
            "replace: 'a', '<b>'",
            "split: 'b' | join: '<b>'",
            "truncate: 40",
            "json",
            "safe",
            "capitalize",
            "base64_encode | base64_decode",
            "remove: 'x'",
        ]
    ),
    max_size=4,
)


@given(CHAINS)
def test_no_chain_of_filters_lets_a_script_through(chain):
    source = "".join(["{{ x", *(f" | {each}" for each in chain), " }}"])
    for hostile in (HOSTILE, "%3Cscript%3Ealert(1)", "&lt;script&gt;", "<img src=x onerror=alert(1)>"):
        shown = text(source, html=True, x=hostile).lower()
        assert "<script" not in shown
        assert "<img src=x onerror" not in shown


# Limits.


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in (1..100) %}{% for b in (1..101) %}{% for c in (1..9) %}x" + "{% endfor %}" * 3,
        "{% for i in (1..9000) %}x{% endfor %}" * 2,
        "{% for i in (1..1000000000) reversed %}x{% endfor %}",
        "{{ (1..1000000000) | join }}",
        "{% assign n = 1000000000000 %}{% if (1..n) contains 'x' %}{% endif %}",
        "{% assign a = 'xxxxxxxx' %}" + "{% assign a = a | append: a %}" * 40,
        "{% assign a = 'xxxxxxxx' %}" + "{% assign a = a | append: a %}" * 15 + "{{ a | replace: 'x', a }}",
        "{% assign a = 10 %}" + "{% assign a = a | times: a %}" * 40,
        "{% for i in (1..10000) %}" + "{% if false %}a{% endif %}" * 2400 + "{% endfor %}",
        "{% capture a %}{% for i in (1..9000) %}" + "x" * 2000 + "{% endfor %}{% endcapture %}",
        "{{ a }}" * 6000,
        "{{ a" + "[a" * 900 + "]" * 900 + "}}",
    ],
    ids=range(12),
)
def test_what_would_cost_too_much_is_refused_quickly(source):
    refusal(TooCostly, source)


@pytest.mark.parametrize(
    "source",
    [
        "{{" * 250000,
        "{% raw %}" * 50000,
        "{% doc %}" * 50000,
        "{{ a" + " " * 100000 + "}}",
        "{% if" + " " * 9999,
        "{% if a" + " and a" * 600 + " %}x{% endif %}",
        "{% if a %}" * 40 + "{% endif %}" * 40,
    ],
    ids=range(7),
)
def test_what_would_take_hours_to_read_is_refused_quickly(source):
    refusal((Broken, TooCostly), source)


def test_a_loop_may_run_as_often_as_the_limit_says_and_no_more():
    loop = "{% for i in (1..n) %}x{% endfor %}"
    assert 10 == len(text(loop, n=10, limits=Limits(iterations=10)))
    with pytest.raises(TooCostly):
        text(loop, n=11, limits=Limits(iterations=10))


# What is broken.


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a\nb\n{{ x | nope }}", 3),
        ("a\n{% if %}{% endif %}", 2),
        ("a\n\n{{ x", 3),
        ("a\n{% if x %}\nb\n{% for i in x %}\n{% endfor %}", 2),
        ("{% nope %}", 1),
        ("a\n{% include 'x' %}", 2),
        ("a\n{% render 'x' %}", 2),
        ("a\n{{ 1 | divided_by: 0 }}", 2),
        ("a\n{{ 'x' | money: 'EUR' }}", 2),
        ("a\n{{ 1 | money: 'EURO' }}", 2),
        ("a\n{{ now | date: '%Q' }}", 2),
    ],
)
def test_what_is_broken_is_said_with_its_line(source, line):
    assert refusal(Broken, source).startswith(f"line {line}: ")


def test_what_stands_in_a_comment_or_verbatim_is_not_read():
    source = "{% comment %}{% if x %}{% endcomment %}a{% raw %}{{ b {% endraw %}"
    assert "a{{ b " == text(source)


# Filters for shops.


@pytest.mark.parametrize(
    ("source", "locale", "shown"),
    [
        ("{{ 19.9 | money: 'EUR' }}", "de", "19,90\xa0€"),
        ("{{ '1234.5' | money: 'EUR' }}", "de-AT", "€\xa01.234,50"),
        ("{{ '1234.5' | money: 'USD' }}", "en-US", "$1,234.50"),
        ("{{ 1234.5 | money: 'EUR' }}", "fr", "1\u202f234,50\xa0€"),
        ("{{ 0.615 | money: 'EUR' }}", "en", "€0.62"),
        ("{{ 1.5 | money: 'JPY' }}", "en", "¥2"),
        ("{{ 1.2345 | money: 'kwd' }}", "en", "KWD1.235"),
        ("{{ -3 | money: 'EUR' }}", "de", "-3,00\xa0€"),
        ("{{ m | money }}", "de", "12,34\xa0€"),
        ("{{ n | money }}", "de", "-0,05\xa0€"),
        ("{{ 5 | money: 'EUR' }}", "xx-nowhere", "€5.00"),
    ],
)
def test_money_is_exact_and_as_the_language_writes_it(source, locale, shown):
    money = {"currency_code": "EUR", "units": "12", "nanos": 340_000_000}
    debt = {"currency_code": "EUR", "nanos": -50_000_000, "units": "0"}
    assert shown == text(source, locale, m=money, n=debt)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_money_loses_no_cent(cents):
    sign, whole, rest = "-" if cents < 0 else "", abs(cents) // 100, abs(cents) % 100
    shown = text("{{ x | money: 'EUR' }}", x=f"{sign}{whole}.{rest:02}")
    assert f"{sign}€{whole:,}.{rest:02}" == shown


@pytest.mark.parametrize(
    ("source", "locale", "shown"),
    [
        ("{{ t | date: '%d.%m.%Y %H:%M' }}", "de", "29.03.2026 03:30"),
        ("{{ t | date: '%A, %-d. %B %Y' }}", "de", "Sonntag, 29. März 2026"),
        ("{{ t | date: '%-I:%M %p, 100%%' }}", "en", "3:30 AM, 100%"),
        ("{{ t | date: 'long' }}", "en", "March 29, 2026"),
        ("{{ d | date: 'long' }}", "en", "December 24, 2026"),
        ("{{ d | date: '%d %b' }}", "en", "24 Dec"),
        ("{{ 1774747800 | date: '%H:%M' }}", "en", "03:30"),
        ("{{ 'soon' | date: '%Y' }}", "en", "soon"),
    ],
)
def test_a_moment_is_as_the_clock_on_the_customers_wall_says(source, locale, shown):
    profile = {"time_zone": "Europe/Vienna"}
    assert shown == text(source, locale, profile=profile, t="2026-03-29T01:30:00Z", d="2026-12-24")


def test_a_zone_nobody_knows_is_utc():
    assert "12" == text("{{ now | date: '%H' }}", profile={"time_zone": "Mars/Crater"})


def test_json_is_written_for_webhooks():
    assert '{"name":"Ä \\"x\\""}' == text("{{ x | json }}", x={"name": 'Ä "x"'})
    assert "null" == text("{{ y | json }}")
