"""Bytes of strangers as text: whatever they say of their charset, something readable comes out."""

import binascii
import re
from base64 import b64decode
from quopri import decodestring
from urllib.parse import unquote_to_bytes


def readable(data: bytes, charset: str | None) -> tuple[str, bool]:
    """The text, and whether it was in the charset it said."""
    said = (charset or "").strip().strip("\"'").lower()
    for name, honest in ((MEANT.get(said, said), True), ("utf-8", not said), ("cp1252", False)):
        text = decoded(data, name)
        if text is not None:
            return storable(text), honest
    return storable(data.decode("latin-1")), False


def decoded(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset) if charset and charset not in NO_CHARSETS else None
    except (LookupError, ValueError):
        return None


def storable(text: str) -> str:
    """What the database and a protobuf message can hold."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def header(value: str) -> str:
    """One line of text, with its encoded words read, also where they may not stand."""
    raw = value.encode("utf-8", "surrogateescape")
    text, _ = readable(raw, None)
    text = BETWEEN.sub(r"\1", UNFOLD.sub(" ", text))
    return " ".join(CONTROL.sub(" ", storable(ENCODED.sub(encoded_words, text))).split())


def encoded_words(run: re.Match[str]) -> str:
    """Words next to each other: some senders cut a letter in two, so their bytes are joined first."""
    pieces: list[tuple[str, bytes]] = []
    for said, encoding, content in WORD.findall(run.group()):
        charset = said.partition("*")[0].lower()
        data = word_bytes(encoding.lower(), content)
        if pieces and pieces[-1][0] == charset:
            pieces[-1] = (charset, pieces[-1][1] + data)
        else:
            pieces.append((charset, data))
    return "".join(readable(data, charset)[0] for charset, data in pieces)


def word_bytes(encoding: str, content: str) -> bytes:
    plain = content.encode("utf-8", "replace")
    if encoding == "q":
        return decodestring(plain.replace(b"_", b"=20"))
    try:
        return b64decode(plain + b"=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return plain


def file_name(value: str) -> str:
    """What a file may be called: no folders, nothing that reads backwards, not endless."""
    if match := EXTENDED.fullmatch(value):
        value, _ = readable(unquote_to_bytes(match[2]), match[1])
    name = UNSEEN.sub("", header(value)).replace("\\", "/").rpartition("/")[2].strip(" .")
    if len(name) > MOST_NAME_CHARACTERS:
        stem, dot, ending = name.rpartition(".")
        kept = dot + ending if dot and len(ending) <= LONGEST_ENDING else ""
        name = (stem or name)[: MOST_NAME_CHARACTERS - len(kept)] + kept
    return name


MOST_NAME_CHARACTERS = 200
LONGEST_ENDING = 10
# Names that are used for something else than they say, and such as say nothing.
MEANT = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "ascii",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "x-unknown": "",
    "unknown-8bit": "",
    "8bit": "",
    "default": "",
}
NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
ENCODED = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=(?:=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=)*")
# White space between two encoded words is none.
BETWEEN = re.compile(r"(=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
UNFOLD = re.compile(r"\r?\n[ \t]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
EXTENDED = re.compile(r"([A-Za-z0-9_-]*)'[A-Za-z-]*'(.*)", re.DOTALL)
