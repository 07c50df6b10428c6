"""Text as mail carries it: encoded words in headers, 7 bits in bodies."""

import re
from base64 import b64encode, encodebytes
from binascii import b2a_qp
from collections.abc import Iterator

from services.campaign.domain.outgoing import Refused


def line(name: str, text: str) -> str:
    """The value of a header. Who puts a line's end into it wants a header of his own, and is refused."""
    if CONTROLS.search(text):
        raise Refused(f"{name} holds a line's end or a control character.", permanent=True, code=BAD_CONTENT)
    if text.isascii() and "=?" not in text and len(text) <= LINE_CHARACTERS:
        return text
    return "\r\n ".join(encoded_words(text))


def phrase(name: str, text: str) -> str:
    """The name before an address: quoted, for a comma or a dot in it would mean something."""
    said = line(name, text)
    if said != text:
        return said
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def encoded_words(text: str) -> Iterator[str]:
    """Each of at most 75 characters, and none ends within a letter."""
    word = b""
    for letter in text:
        more = letter.encode(errors="replace")
        if len(word + more) > WORD_BYTES:
            yield encoded_word(word)
            word = b""
        word += more
    yield encoded_word(word)


def encoded_word(word: bytes) -> str:
    return f"=?utf-8?b?{b64encode(word).decode()}?="


def part(subtype: str, text: str) -> bytes:
    """A body with its headers, in whichever encoding is shortest and legible."""
    data = LINE_END.sub("\r\n", text).encode(errors="replace")
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    encoding, encoded = carried(data)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + encoded


def carried(data: bytes) -> tuple[str, bytes]:
    beyond = len(BEYOND.findall(data))
    if not beyond and max(map(len, data.split(b"\r\n"))) <= LINE_CHARACTERS:
        return "7bit", data
    # Of a letter beyond ASCII quoted-printable makes three times as much, base64 a third more.
    if beyond > len(data) // 6:
        return "base64", encodebytes(data).replace(b"\n", b"\r\n")
    return "quoted-printable", b2a_qp(data)


CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
BEYOND = re.compile(rb"[^\t\r\n\x20-\x7e]")
LINE_END = re.compile(r"\r\n|\r|\n")
# RFC 5322 allows 998 with the header's name.
LINE_CHARACTERS = 900
# In base64 60 characters, with what stands around them 72.
WORD_BYTES = 45
# RFC 3463: other or undefined media error.
BAD_CONTENT = "5.6.0"
