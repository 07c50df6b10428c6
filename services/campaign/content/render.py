"""A template becomes a message: in the customer's language, filled with what is known, within limits."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rapport.campaign.v1 import content_pb2 as pb

from services.campaign.content import mail_html, mail_text
from services.campaign.content.liquid import Broken, Limits, Setting, TooCostly, filled
from services.campaign.content.locales import normal


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as one customer gets it."""

    locale: str
    subject: str = ""
    html: str = ""
    text: str = ""
    payload: str = ""
    # Where a notification leads.
    url: str = ""
    # The paths of what nothing filled, each once.
    missing: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        return sum(len(part.encode()) for part in (self.subject, self.html, self.text, self.payload))


def pick(contents: Sequence[pb.Content], locale: str) -> pb.Content:
    """The customer's own language: exactly, else the nearest (`zh-Hant` for `zh-Hant-TW`), else any of it.

    The first of *contents* where hers is missing.
    """
    assert contents, "a template says something"
    known = {normal(each.locale): each for each in reversed(contents)}
    steps = normal(locale).split("-")
    for count in range(len(steps), 0, -1):
        if found := known.get("-".join(steps[:count])):
            return found
    same = (each for each in contents if locale and normal(each.locale).split("-")[0] == steps[0])
    return next(same, contents[0])


def render(
    content: pb.Content,
    data: Mapping[str, object],
    now: datetime,
    *,
    channel: int = pb.EMAIL,
    limits: Limits = Limits(),  # noqa: B008 -- a value
) -> Rendered:
    """Fills every text of *content* with *data*, as `data.data_for` makes it.

    Pure, and it may take as long as *limits* say: not for an event loop that others wait for. Raises Broken,
    TooCostly. A send renders with the newest contents at the moment it goes out and keeps their revision.
    """
    filling = Texts(data, Setting(now, content.locale), limits)
    html = text = ""
    if channel == pb.EMAIL:
        html = filling.mail(content)
    text = filling.text("text", content.text)
    if html and not text.strip():
        text = mail_text.plain(html)
    rendered = Rendered(
        locale=content.locale,
        subject=one_line(filling.text("subject", content.subject)),
        html=with_preheader(html, filling, content),
        text=text,
        payload=filling.text("payload", content.payload),
        url=one_line(filling.text("url", content.url)),
        missing=tuple(filling.missing),
    )
    if rendered.size_bytes > MOST_BYTES:
        raise TooCostly(f"a message has at most {MOST_BYTES} bytes")
    return rendered


class Texts:
    """The texts of one message, one after the other; what goes wrong says in which."""

    def __init__(self, data: Mapping[str, object], setting: Setting, limits: Limits) -> None:
        self._data, self._setting, self._limits = data, setting, limits
        self.missing: dict[str, None] = {}

    def text(self, field: str, source: str, *, html: bool = False) -> str:
        try:
            made, missing = filled(source, self._data, self._setting, self._limits, html=html)
        except (Broken, TooCostly) as problem:
            problem.add_note(field)
            raise
        self.missing |= dict.fromkeys(missing)
        return made

    def mail(self, content: pb.Content) -> str:
        if not content.html:
            return ""
        try:
            return mail_html.body(self.text("html", content.html, html=True), content.locale)
        except (Broken, TooCostly) as problem:
            problem.add_note("html")
            raise


def with_preheader(html: str, filling: Texts, content: pb.Content) -> str:
    """Behind the making of the plain part: what is hidden is not read out."""
    preheader = one_line(filling.text("preheader", content.preheader)) if html else ""
    return mail_html.with_preheader(html, preheader) if preheader else html


def one_line(text: str) -> str:
    """What stands in a header or a title has no breaks, whatever it was filled with."""
    return CONTROLS.sub(" ", text).strip()


def field_of(problem: BaseException) -> str:
    """In which text of a content it went wrong."""
    notes: Iterable[str] = getattr(problem, "__notes__", ())
    return next(iter(notes), "")


CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# With everything in it; larger mails are cut off or refused on their way.
MOST_BYTES = 2_097_152

__all__ = ["Broken", "Limits", "Rendered", "TooCostly", "field_of", "pick", "render"]
