"""What somebody looks for: words, words that begin so, and phrases."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    text: str
    # The words of it stand next to each other.
    phrase: bool = False
    # A word that begins so.
    prefix: bool = False


def terms(query: str) -> tuple[Term, ...]:
    """`lamp "does not" brok*` is a word, a phrase and a beginning. All of them have to occur."""
    found: dict[Term, None] = {}
    for quoted, word in PARTS.findall(query.replace("\0", " ")):
        text = (quoted or word).strip()
        beginning = not quoted and text.endswith("*")
        text = text.rstrip("*") if beginning else text
        if any(character.isalnum() for character in text):
            found[Term(text, bool(quoted) and len(text.split()) > 1, beginning)] = None
    return tuple(found)[:MOST_TERMS]


PARTS = re.compile(r'"([^"]*)"|([^\s"]+)')
MOST_TERMS = 20
