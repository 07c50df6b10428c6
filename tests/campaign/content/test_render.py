"""Messages: languages, bodies of mails, their plain parts."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from time import perf_counter
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from rapport.campaign.v1 import content_pb2 as pb

from services.campaign.content.check import checked
from services.campaign.content.data import data_for, data_of
from services.campaign.content.mail_text import plain
from services.campaign.content.render import Broken, TooCostly, field_of, pick, render
from services.campaign.content.sms import segment_count
from services.campaign.domain.person import Contact

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MJML = """<mjml>
  <mj-body>
    {% for product in products %}
    <mj-section><mj-column>
      <mj-text>{{ product.name }}</mj-text>
      <mj-button href="https://shop.example/{{ product.id }}">Buy</mj-button>
    </mj-column></mj-section>
    {% endfor %}
  </mj-body>
</mjml>"""


def mail(html="", locale="en", **more):
    return pb.Content(locale=locale, html=html, subject=more.pop("subject", "Hi"), **more)


def rendered(content, channel=pb.EMAIL, **data):
    return render(content, data, NOW, channel=channel)


def elements(html) -> set[str]:
    """As a browser finds them: what is quoted in an attribute is none."""
    found = set()
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, _: found.add(tag)
    reader.feed(html)
    return found


# Languages.


@pytest.mark.parametrize(
    ("locale", "picked"),
    [
        ("de-AT", "de-AT"),
        ("de_at", "de-AT"),
        ("de-CH", "de"),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("zh-Hant-TW", "zh-Hant"),
        ("fr", "en"),
        ("", "en"),
        ("x", "en"),
    ],
)
def test_a_customer_reads_her_own_language_or_the_nearest(locale, picked):
    contents = [pb.Content(locale=each) for each in ("en", "de", "de-AT", "pt-BR", "zh-Hant")]
    assert picked == pick(contents, locale).locale


# Bodies.


def test_html_gets_its_styles_inlined_its_language_and_its_direction():
    html = rendered(mail("<style>p { color: red }</style><p>{{ x }}</p>", "ar"), x="<b>").html
    assert '<html lang="ar" dir="rtl">' in html
    assert '<p style="color: red;">&lt;b&gt;</p>' in html


def test_mjml_becomes_html_and_what_customers_said_stays_text():
    hostile = '"><script>x</script>'
    html = rendered(mail(MJML), products=[{"name": hostile, "id": hostile}] * 2).html
    assert 2 == html.count("Buy")
    assert "script" not in elements(html)
    assert "<mj-" not in html


def test_a_mail_fetches_nothing_that_its_author_did_not_write():
    assert "https://fonts" not in rendered(mail(MJML), products=[{"name": "x"}]).html
    html = rendered(
        mail('<html><head><link rel="stylesheet" href="/etc/passwd"><style>p{}</style></head></html>')
    ).html
    assert "root:" not in html


def test_the_preheader_is_hidden_and_not_read_out():
    message = rendered(mail("<p>Body</p>", preheader="Only {{ x }} left"), x="<3>")
    assert '<div style="display:none' in message.html
    assert "Only &lt;3&gt; left" in message.html
    assert message.html.index("Only") < message.html.index("Body")
    assert "Body\n" == message.text


def test_a_subject_has_one_line_whatever_it_is_filled_with():
    assert (
        "Hi a Bcc: b@c.example" == rendered(mail(subject="Hi {{ x }}"), x="a\r\nBcc: b@c.example\0").subject
    )


def test_a_text_that_is_given_is_the_plain_part():
    assert "Mine" == rendered(mail("<p>Body</p>", text="Mine")).text


@pytest.mark.parametrize(
    "html",
    [
        "<b>" * 40_000,
        "<div>" * 3001,
        "<mjml><mj-body><mj-text>" + "<b>" * 9000 + "</b>" * 9000 + "</mj-text></mj-body></mjml>",
    ],
    ids=range(3),
)
def test_elements_nested_without_end_are_refused_before_they_do_harm(html):
    with pytest.raises(TooCostly):
        rendered(mail(html))


def test_broken_mjml_is_said_with_the_field_it_stands_in():
    with pytest.raises(Broken) as told:
        rendered(mail("<mjml><mj-body></mjml>"))
    assert "html" == field_of(told.value)


def test_a_message_that_grows_too_large_is_refused():
    with pytest.raises(TooCostly):
        rendered(mail("{% for i in (1..1000) %}{{ x }}{% endfor %}"), x="x" * 2000)


def test_other_channels_show_their_own_texts():
    sms = rendered(pb.Content(locale="en", text="Hi {{ x }} & you"), pb.SMS, x="<you>")
    assert ("Hi <you> & you", "") == (sms.text, sms.html)
    webhook = rendered(pb.Content(locale="en", payload='{"id": {{ x | json }}}'), pb.WEBHOOK, x='"')
    assert '{"id": "\\""}' == webhook.payload


# The plain part.


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>Big  news</h1><p>One<br>two</p><p>Three</p>", "Big news\n\nOne\ntwo\n\nThree\n"),
        (
            "<p>Go <a href='https://a.example/?x=1&amp;y=2'>there</a>.</p>",
            "Go there (https://a.example/?x=1&y=2).\n",
        ),
        ("<a href='https://a.example'>https://a.example</a>", "https://a.example\n"),
        ("<a href='https://a.example'><img src='x' alt='A cat'></a>", "[A cat] (https://a.example)\n"),
        ("<a href='mailto:a@b.example'>a@b.example</a><a href='#top'>up</a>", "a@b.exampleup\n"),
        (
            "<p>x</p><ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul><p>y</p>",
            "x\n\n- a\n- b\n\xa0\xa01. c\n\xa0\xa02. d\n\ny\n",
        ),
        (
            "<table><tr><td>Shirt</td><td>2</td></tr><tr><td>Hat</td><td>1</td></tr></table>",
            "Shirt  2\nHat  1\n",
        ),
        (
            "<style>p{}</style><script>x</script><title>t</title><!-- c --><p>a &lt; b &amp; ö</p>",
            "a < b & ö\n",
        ),
        ("<div style='display: none'>no<p>no</p></div><p>yes</p>", "yes\n"),
        ("<p>سلام 👍</p>", "سلام 👍\n"),
        ("<p>a</p><hr><p>b</p>", "a\n\n----\n\nb\n"),
        ("", ""),
        ("<img src=x>", ""),
    ],
    ids=range(13),
)
def test_the_plain_part_is_what_a_person_reads(html, text):
    assert text == plain(html)


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<![CDATA[", "<a href='", "<b>", "<xmp><a ", "&", "</"])
def test_the_plain_part_is_made_quickly_of_anything(piece):
    began = perf_counter()
    plain(piece * 5000)
    assert perf_counter() - began < 2


# Data.


def contact(**traits):
    computed = {"locale": "de-AT", "time_zone": "Europe/Vienna", "order_count": 3}
    return Contact(
        1, f"profiles/{uuid4()}", identifiers={"email": ("a@b.example",)}, traits=traits, computed=computed
    )


def test_a_template_sees_the_customer_and_what_happened():
    event = {
        "event": "Order Completed",
        "properties": {"order_id": "7", "products": [{"product_id": "a", "n": 1}]},
    }
    earlier = {"event": "Product Viewed", "properties": {"product_id": "b"}}
    again = {"event": "Product Viewed", "properties": {"product_id": "a", "n": 2}}
    data = data_for(
        contact(first_name="Ada", last_name="L"), event=event, evidence=[earlier, again], extra={"code": "X"}
    )

    shown = render(
        pb.Content(
            locale="en",
            text="{{ profile.first_name }}|{{ profile.name }}|{{ profile.email }}|"
            "{{ profile.computed.order_count }}|"
            "{{ order.order_id }}|{{ products | map: 'product_id' | join: ',' }}|{{ products[0].n }}|"
            "{{ evidence[0].event }}|{{ code }}|{{ now | date: '%H' }}",
        ),
        data,
        NOW,
        channel=pb.SMS,
    )

    assert "Ada|Ada L|a@b.example|3|7|a,b|1|Product Viewed|X|13" == shown.text
    assert () == shown.missing


def test_nobody_in_particular_has_the_workspaces_zone():
    data = data_for(None, zone=ZoneInfo("Asia/Tokyo"))
    assert (
        "21" == render(pb.Content(locale="en", text="{{ now | date: '%H' }}"), data, NOW, channel=pb.SMS).text
    )


def test_data_of_the_wrong_form_does_no_harm():
    data = data_of(
        None, {"event": 3, "evidence": "x", "products": [1, {"product_id": 2}], "own": 4, "extra": {"e": 5}}
    )
    assert (None, [], [{"product_id": 2}], 4, 5) == tuple(
        data[name] for name in ("event", "evidence", "products", "own", "e")
    )


# What can be said when it is saved.


def test_a_check_finds_everything_that_is_broken_at_once():
    found = checked(
        [
            mail("a\n{% if x %}", "de"),
            mail("<mjml>\n<mj-body>\n<mj-text>\n</mj-body>\n</mjml>", "DE"),
            mail(locale="?"),
        ],
        pb.EMAIL,
        NOW,
    )
    assert ["contents[0].html", "contents[1].locale", "contents[1].html", "contents[2].locale"] == [
        problem.field for problem in found.problems
    ]
    assert found.problems[0].description.startswith("line 2: ")


def test_a_check_knows_which_traits_are_read():
    source = "{{ profile.first_name }}{{ profile.traits.size.top }}{{ profile.email }}{{ profile['hat'] }}"
    found = checked([mail("<p>x</p>", text=source)], pb.EMAIL, NOW)
    assert ({"first_name", "size", "hat"}, []) == (found.traits, list(found.warnings))


def test_a_check_warns_of_what_looks_wrong():
    html = "<a href='https://a.example'></a><img src=x><a href='/b'><img src=y alt='B'></a>\n{{ coupn.code }}"
    found = checked([pb.Content(locale="en", html=html, url="x"), pb.Content(locale="de")], pb.EMAIL, NOW)
    assert [
        "contents[0].html: a link has no text",
        "contents[0].html: a picture does not say what it shows (alt)",
        "contents[0].html: line 2: nothing fills coupn.code, unless a send brings it",
        "contents[0]: a mail without a subject",
        "contents[0]: url is not shown on this channel",
        "contents[1]: a mail without a subject",
        "contents[1]: a mail that says nothing: neither html nor text",
    ] == list(found.warnings)


def test_mjml_whose_branches_are_no_whole_elements_is_sound_when_it_is_so_for_somebody():
    html = "<mjml><mj-body>{% if a %}<mj-section css-class='a'>{% else %}<mj-section>{% endif %}"
    html += "</mj-section></mj-body></mjml>"
    assert [] == checked([mail(html)], pb.EMAIL, NOW).problems


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
    ],
)
def test_text_messages_are_counted(text, count):
    assert count == segment_count(text)
