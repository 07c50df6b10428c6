"""What can be said of a template when it is saved: what is broken, what it reads, what looks wrong."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser

import nh3
from liquid.static_analysis import Variable
from rapport.campaign.v1 import content_pb2 as pb

from services.campaign.content import mail_html
from services.campaign.content.data import NOT_TRAITS, ROOTS
from services.campaign.content.liquid import TEXT, Broken, Setting, TooCostly, filled, line_at, parsed
from services.campaign.content.locales import normal
from services.campaign.content.render import Limits


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a template from being saved; *field* as `contents[1].html`."""

    field: str
    description: str
    costly: bool = False


@dataclass(slots=True)
class Findings:
    problems: list[Problem] = field(default_factory=list)
    traits: set[str] = field(default_factory=set)
    # In the order of the contents, each once.
    warnings: dict[str, None] = field(default_factory=dict)

    def warn(self, where: str, sentence: str) -> None:
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.setdefault(f"{where}: {sentence}")


def checked(contents: Sequence[pb.Content], channel: int, now: datetime) -> Findings:
    """Everything is looked at, so that a person can mend it all at once."""
    found = Findings()
    seen: set[str] = set()
    for index, content in enumerate(contents):
        where = f"contents[{index}]"
        if not LOCALE.fullmatch(content.locale):
            found.problems.append(Problem(f"{where}.locale", "is no language, such as `de` or `de-AT`"))
        elif normal(content.locale) in seen:
            found.problems.append(Problem(f"{where}.locale", "is there already"))
        seen.add(normal(content.locale))
        for name in TEXTS:
            if source := getattr(content, name):
                look_at_text(found, f"{where}.{name}", source, html=name == "html", now=now)
        look_at_form(found, where, content, channel)
    return found


def look_at_text(found: Findings, where: str, source: str, *, html: bool, now: datetime) -> None:
    try:
        template = parsed(source, html=html)
        if html:
            look_at_html(found, where, source, now)
    except Broken as broken:
        found.problems.append(Problem(where, str(broken)))
        return
    except TooCostly as costly:
        found.problems.append(Problem(where, str(costly), costly=True))
        return
    if "{{" not in source and "{%" not in source:
        return
    reads = template.analyze(include_partials=False)
    for name, spans in reads.filters.items():
        if name not in TEXT.filters:
            line = line_at(source, spans[0].index)
            found.problems.append(Problem(where, f"line {line}: there is no filter {name}"))
    for variable in (each for variables in reads.globals.values() for each in variables):
        look_at_variable(found, where, variable, source)


def look_at_variable(found: Findings, where: str, variable: Variable, source: str) -> None:
    root, *steps = variable.segments
    line = line_at(source, max(variable.span.index, 0))
    if root == "profile":
        look_at_profile(found, where, steps, line)
    elif root not in ROOTS and root not in ALWAYS:
        found.warn(where, f"line {line}: nothing fills {variable}, unless a send brings it")


def look_at_profile(found: Findings, where: str, steps: Sequence[object], line: int) -> None:
    """Which traits are read; where that cannot be told, it is said."""
    if steps[:1] == ["traits"]:
        steps = steps[1:]
    elif steps and steps[0] in NOT_TRAITS:
        return
    if steps and isinstance(steps[0], str):
        found.traits.add(steps[0])
    else:
        found.warn(where, f"line {line}: which traits this reads cannot be told; name them one by one")


def look_at_html(found: Findings, where: str, source: str, now: datetime) -> None:
    """Shown to nobody in particular. First with every branch of it, so that lines are those written."""
    bare = LIQUID.sub(lambda tag: "\n" * tag[0].count("\n"), source)
    try:
        html = mail_html.body(bare, "")
    except Broken as broken:
        filling, _ = filled(source, {}, Setting(now), Limits(), html=True)
        try:
            html = mail_html.body(filling, "")
        except Broken:
            raise broken from None
    size = len(html.encode())
    if size > CLIPPED_BYTES:
        found.warn(where, f"it has {size // 1024} KB already; some mailboxes cut it off")
    for sentence in dict.fromkeys(of_markup(html)):
        found.warn(where, sentence)


def of_markup(html: str) -> Iterator[str]:
    if re.search(r"<script\b", html, re.IGNORECASE):
        yield "no mail program runs scripts"
    links = Links()
    links.feed(nh3.clean(html, tags={"a", "img"}, attributes={"a": {"href"}, "img": {"alt", "src"}}))
    links.close()
    yield from links.warnings


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[str] = []
        # Whether the link that is open says anything; None when none is.
        self._says: bool | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "a" and "href" in said:
            self._says = False
        elif tag == "img":
            if said.get("alt") is None:
                self.warnings.append("a picture does not say what it shows (alt)")
            self._says = None if self._says is None else True

    def handle_data(self, data: str) -> None:
        if self._says is False and data.strip():
            self._says = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            if self._says is False:
                self.warnings.append("a link has no text")
            self._says = None


def look_at_form(found: Findings, where: str, content: pb.Content, channel: int) -> None:
    """Which texts a channel shows."""
    if channel == pb.EMAIL:
        if not content.subject.strip():
            found.warn(where, "a mail without a subject")
        if not content.html.strip() and not content.text.strip():
            found.warn(where, "a mail that says nothing: neither html nor text")
    elif channel == pb.WEBHOOK:
        if not content.payload.strip():
            found.warn(where, "a webhook without a payload")
    elif not content.text.strip():
        found.warn(where, "there is no text")
    for name in (name for name in TEXTS if getattr(content, name) and name not in SHOWN.get(channel, TEXTS)):
        found.warn(where, f"{name} is not shown on this channel")


TEXTS = ("subject", "preheader", "html", "text", "url", "payload")
SHOWN: dict[int, tuple[str, ...]] = {
    pb.EMAIL: ("subject", "preheader", "html", "text"),
    pb.SMS: ("text",),
    pb.WEBHOOK: ("payload", "url"),
    pb.PUSH: ("subject", "text", "url"),
    pb.WEB_PUSH: ("subject", "text", "url"),
}
ALWAYS = frozenset(("now", "today", "forloop", "tablerowloop"))
LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
# Where the largest of the free mailboxes stops to show a mail.
CLIPPED_BYTES = 102 * 1024
MOST_WARNINGS = 100
