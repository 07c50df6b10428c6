"""The words of the pages customers see, by language."""

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """Sentences are HTML with places for what was escaped; `everything` is text with a place for text."""

    lang: str
    leave: str
    leave_what: str
    left: str
    left_what: str
    everything: str
    choose: str
    choose_what: str
    topics: str
    save: str
    saved: str
    leave_all: str
    opted_out: str
    # By status: a title, and a sentence.
    sorry: Mapping[int, tuple[str, str]]


def words_for(accept_language: str) -> Words:
    """The first language a browser asks for that we speak; English otherwise."""
    for part in accept_language[:LONGEST].split(","):
        if found := SPOKEN.get(part.partition(";")[0].strip()[:2].lower()):
            return found
    return ENGLISH


ENGLISH = Words(
    lang="en",
    leave="Unsubscribe",
    leave_what="Do you want to get no more of <b>{what}</b> at {address}?",
    left="You are unsubscribed",
    left_what="You get no more of <b>{what}</b> at {address}.",
    everything="news and offers from {shop}",
    choose="Choose what you want to read",
    choose_what="This is what you get at {address}.",
    topics="Topics",
    save="Save",
    saved="Saved.",
    leave_all="Unsubscribe from everything",
    opted_out="You are unsubscribed from all news and offers at {address}. To get them again, sign up in the "
    "shop.",
    sorry={
        404: (
            "This link leads nowhere",
            "It may have been cut off on its way. Try to copy it whole from the mail.",
        ),
        413: ("That was too much", "The form is larger than we read."),
        429: ("That was a lot at once", "Please try again in a moment."),
        503: (
            "Not just now",
            "We cannot answer at the moment. Nothing was changed; please try again shortly.",
        ),
        500: ("Something broke", "It broke on our side and has been noted. Please try again later."),
    },
)
GERMAN = Words(
    lang="de",
    leave="Abmelden",
    leave_what="Möchten Sie <b>{what}</b> an {address} nicht mehr bekommen?",
    left="Sie sind abgemeldet",
    left_what="Sie bekommen <b>{what}</b> an {address} nicht mehr.",
    everything="Neuigkeiten und Angebote von {shop}",
    choose="Wählen, was Sie lesen möchten",
    choose_what="Das bekommen Sie an {address}.",
    topics="Themen",
    save="Speichern",
    saved="Gespeichert.",
    leave_all="Von allem abmelden",
    opted_out="Sie sind von allen Neuigkeiten und Angeboten an {address} abgemeldet. Wenn Sie sie wieder "
    "bekommen möchten, melden Sie sich im Shop an.",
    sorry={
        404: (
            "Dieser Link führt nirgendwohin",
            "Vielleicht ist er unterwegs abgeschnitten worden. Kopieren Sie ihn ganz aus der E-Mail.",
        ),
        413: ("Das war zu viel", "Das Formular ist größer, als wir lesen."),
        429: ("Das war viel auf einmal", "Bitte versuchen Sie es gleich noch einmal."),
        503: (
            "Gerade nicht",
            "Wir können im Moment nicht antworten. Es wurde nichts geändert; bitte versuchen Sie es gleich.",
        ),
        500: (
            "Etwas ist schiefgegangen",
            "Der Fehler liegt bei uns und ist vermerkt. Bitte versuchen Sie es später noch einmal.",
        ),
    },
)
SPOKEN = {words.lang: words for words in (ENGLISH, GERMAN)}
LONGEST = 500
