"""What becomes of the links of a mail before it goes out."""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.tokens import Token, unseal
from services.campaign.content.links import Addresses, Tracked, base, destination, tracked

SECRET = "what links are signed with"
SEND = UUID("0192d3a4-0000-7000-8000-00000000000a")
HERE = Addresses("https://mail.example", SECRET, "acme", SEND)
UTM = "utm_source=rapport&utm_medium=email&utm_campaign=spring"


def mail(html: str = "", text: str = "", **changed: object) -> Tracked:
    how = {"tracking": True, "message_class": "transactional", "campaign": "broadcasts/spring"}
    return tracked(html, text, HERE, **how | changed)


def number_in(url: str, purpose: str = "click") -> int:
    token = unseal(SECRET, purpose, url.rpartition("/")[2].removesuffix(".gif"))
    assert token, f"{url} is not ours"
    assert (token.workspace, token.id) == ("acme", SEND)
    return token.number


class Read(HTMLParser):
    """A mail as its reader's program understands it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hrefs, self.images, self.words = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "a" and "href" in found:
            self.hrefs.append(found["href"])
        if tag == "img":
            self.images.append(found["src"])

    def handle_data(self, data):
        self.words.append(data)


def test_a_link_leads_back_to_us_and_everything_else_stays_byte_for_byte():
    html = (
        "<!DOCTYPE html>\r\n<P CLASS=x>Ä&nbsp;<A title=\"1 > 0\"  HREF='https://shop.example/a' >go</A><br/>"
    )
    sent = mail(html)
    [href] = Read(sent.html).hrefs
    assert 0 == number_in(href)
    assert (f"https://shop.example/a?{UTM}",) == sent.urls
    pixel = sent.html[sent.html.index("<img") :]
    assert html.replace("'https://shop.example/a'", f'"{href}"') + pixel == sent.html


@pytest.mark.parametrize(
    "href",
    [
        *("mailto:desk@shop.example", "tel:+4930123", "sms:+4930123", "#top", "/relative", "", " "),
        *("javascript:alert(1)", "data:text/html,x", "ftp://shop.example/x", "https://", "http://[broken"),
        *(HERE.unsubscribe, HERE.preferences, HERE.unsubscribe + "?from=footer"),
    ],
)
def test_what_is_no_page_and_what_is_ours_is_left_alone(href):
    html = f'<a href="{href}">x</a>'
    sent = mail(html)
    assert sent.html.startswith(html)
    assert () == sent.urls


def test_a_link_that_says_so_is_left_alone_also_in_the_text():
    html = '<a href="https://shop.example/?a=1&amp;b=2" data-no-track>x</a>'
    sent = mail(html, "https://shop.example/?a=1&b=2")
    assert sent.html.startswith(html)
    assert ("https://shop.example/?a=1&b=2", ()) == (sent.text, sent.urls)


@pytest.mark.parametrize(
    "html",
    [
        '<!-- <a href="https://shop.example/">x</a> -->',
        '<!--[if mso]><v:rect href="https://shop.example/"><![endif]-->',
        '<style>a[href="https://shop.example/"] { color: red }</style>',
        "<script>\"<a href='https://shop.example/'>\"</script>",
        '<link href="https://shop.example/style.css">',
        '<img alt=\'<a href="https://shop.example/">\' src="https://shop.example/x.png">',
        '<p title="<a href=https://shop.example/>">x</p>',
        '<a data-href="https://shop.example/" name="href">x</a>',
        '<a href="https://shop.example/',
    ],
)
def test_what_only_looks_like_a_link_is_none(html):
    sent = mail(html)
    assert () == sent.urls
    assert sent.html.startswith(html)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("https://shop.example", f"https://shop.example?{UTM}"),
        ("https://shop.example/a#part", f"https://shop.example/a?{UTM}#part"),
        ("https://shop.example/?q=a%20b&c", f"https://shop.example/?q=a%20b&c&{UTM}"),
        ("HTTPS://Shop.Example/A", f"https://Shop.Example/A?{UTM}"),
        (" https://shop.example/a\n", f"https://shop.example/a?{UTM}"),
        ("https://shop.example/a b\r\nX-Evil: 1", f"https://shop.example/a%20bX-Evil:%201?{UTM}"),
        ("https://shop.example/grün?ö=ü", f"https://shop.example/gr%C3%BCn?%C3%B6=%C3%BC&{UTM}"),
        ("https://müller.example/", f"https://xn--mller-kva.example/?{UTM}"),
        ('https://shop.example/"><script>', f"https://shop.example/%22%3E%3Cscript%3E?{UTM}"),
        (
            "https://shop.example/?utm_source=own",
            "https://shop.example/?utm_source=own&" + UTM.partition("&")[2],
        ),
        (f"https://shop.example/?{UTM}", f"https://shop.example/?{UTM}"),
        (
            "https://shop.example/?utm_campaign=",
            "https://shop.example/?utm_campaign=&utm_source=rapport&utm_medium=email",
        ),
        ("https://shop.example/" + "a" * 5000, None),
    ],
)
def test_where_a_click_leads_in_the_end(written, stored):
    assert stored == destination(written, "spring")


@given(st.text(), st.sampled_from(("https://shop.example/", "http://", "https://x?", "")))
def test_whatever_is_stored_is_fit_for_a_header_and_a_web_page(text, start):
    stored = destination(start + text, "spring")
    if stored is not None:
        assert stored.isascii()
        assert stored.isprintable()
        assert " " not in stored
        assert urlsplit(stored).scheme in {"http", "https"}
        assert urlsplit(stored).hostname
        assert "rapport" in parse_qs(urlsplit(stored).query)["utm_source"] or "utm_source" in text


@given(st.text(alphabet=st.sampled_from("<>a href='\"/!-=b\n\r&;p"), max_size=80))
def test_broken_markup_loses_nothing(html):
    """What is not a link that was found stands in the mail as it was written, however broken it is."""
    sent = mail(html)
    pixel = sent.html.index('<img src="https://mail.example/o/') if html else 0
    assert html == sent.html[:pixel] + sent.html[pixel:].partition('px">')[2]


def test_the_same_address_is_one_link_and_text_and_html_share_it():
    html = '<a href="https://shop.example/?a=1&amp;b=2">x</a> <a href="https://shop.example/b">y</a>'
    sent = mail(
        html * 2, "See https://shop.example/b, (https://shop.example/?a=1&b=2)! https://shop.example/c_(d)."
    )
    assert [0, 1, 0, 1] == [number_in(href) for href in Read(sent.html).hrefs]
    found = re.findall(r"https://mail\.example/c/[a-z0-9]+", sent.text)
    assert [1, 0, 2] == [number_in(url) for url in found]
    assert f"See {found[0]}, ({found[1]})! {found[2]}." == sent.text
    assert f"https://shop.example/c_(d)?{UTM}" == sent.urls[2]


def test_the_pixel_stands_within_the_body_and_text_has_none():
    sent = mail("<html><body><p>x</p></BODY></html>", "x")
    assert re.fullmatch(r'<html><body><p>x</p><img src="[^"]*\.gif" [^>]*></BODY></html>', sent.html)
    assert 0 == number_in(Read(sent.html).images[0], "open")
    assert "x" == sent.text
    assert "" == mail("", "x").html


def test_without_tracking_nothing_is_counted_and_the_way_out_stays():
    html = '<a href="https://shop.example/">x</a>'
    sent = mail(html, "https://shop.example/", tracking=False, message_class="marketing")
    assert sent.html.startswith(html)
    assert sent.text.startswith("https://shop.example/\n")
    assert () == sent.urls
    assert [] == Read(sent.html).images
    assert HERE.unsubscribe in Read(sent.html).hrefs
    assert HERE.unsubscribe in sent.text
    assert f"<{HERE.unsubscribe}>" == sent.headers["List-Unsubscribe"]


@pytest.mark.parametrize("message_class", ["marketing", "operational"])
def test_whoever_did_not_ask_for_it_sees_how_to_leave_and_who_wrote(message_class):
    sent = mail(
        "<body>x</body>",
        "x",
        message_class=message_class,
        postal_address="Shop <&> Co\n1 High St",
        locale="de-AT",
    )
    assert {
        "List-Unsubscribe": f"<{HERE.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    } == sent.headers
    assert f'<a href="{HERE.unsubscribe}">Abmelden</a><br>Shop &lt;&amp;&gt; Co<br>1 High St' in sent.html
    assert sent.html.index("Abmelden") < sent.html.index("</body>")
    assert f"x\n\n-- \nAbmelden: {HERE.unsubscribe}\nShop <&> Co\n1 High St\n" == sent.text


def test_a_receipt_needs_no_way_out():
    sent = mail("<body>x</body>", "x", postal_address="1 High St", tracking=False)
    assert ("<body>x</body>", "x", {}) == (sent.html, sent.text, dict(sent.headers))


def test_a_template_that_shows_the_way_out_itself_gets_only_the_address():
    own = f'<a href="{HERE.unsubscribe}">leave</a>'
    sent = mail(own, f"leave: {HERE.unsubscribe}", message_class="marketing", postal_address="1 High St")
    assert 1 == sent.html.count(HERE.unsubscribe)
    assert 1 == sent.text.count(HERE.unsubscribe)
    assert "1 High St" in sent.html
    assert sent.text.endswith("-- \n1 High St\n")
    again = mail(own + "1 High St", "", message_class="marketing", postal_address="1 High St")
    assert 1 == again.html.count("1 High St")


def test_links_stand_on_the_channels_own_host():
    assert "https://mail.shop.example" == base("http://127.0.0.1:8080", "mail.shop.example")
    assert "http://127.0.0.1:8080" == base("http://127.0.0.1:8080", "")


def test_a_mail_with_more_links_than_anybody_follows_goes_out_all_the_same():
    sent = mail("".join(f'<a href="https://shop.example/{n}">x</a>' for n in range(1200)))
    assert 1000 == len(sent.urls)
    assert "https://shop.example/1199" == Read(sent.html).hrefs[-1]


def test_each_address_proves_only_what_it_is_for():
    sealed = HERE.click(0).rpartition("/")[2]
    assert unseal(SECRET, "unsubscribe", sealed) is None
    assert unseal(SECRET, "open", sealed) is None
    assert Token("acme", SEND, 0) == unseal(SECRET, "click", sealed)
