"""What is new in a mail: its text without the quoted one and the signature.

Line by line and once over, whatever somebody sends: the patterns of `mail-parser-reply` take a minute for
twenty thousand blank lines.
"""

import re


def reply_text(text: str) -> str:
    """What the sender wrote himself. All of it, when he wrote below or between what he quotes."""
    lines = text[:MOST_CHARACTERS].splitlines()
    end = quote_begins(lines)
    kept = [line for line in lines[:end] if not line.lstrip().startswith(">")]
    own = "\n".join(unsigned(kept)).strip()
    if own:
        return own
    # He wrote below: what is not quoted, without the line that announces the quote.
    below = [line for line in lines[end:] if not line.lstrip().startswith(">")]
    rest = below[announcement(below, 0) :] if below else []
    return "\n".join(unsigned(rest)).strip() or "\n".join(unsigned(lines)).strip()


def quote_begins(lines: list[str]) -> int:
    """The line where the quoted mail begins; behind the last when there is none."""
    for place, line in enumerate(lines):
        stripped = line.strip()
        if not stripped:
            continue
        if SEPARATOR.match(stripped) or announcement(lines, place) or header_block(lines, place):
            return place
    return len(lines)


def announcement(lines: list[str], place: int) -> int:
    """How many lines say "On … she wrote:"; they may be wrapped."""
    if not OPENING.match(lines[place].strip(" >")):
        return 0
    for length in range(1, WRAPPED_LINES + 1):
        wrapped = [line.strip(" >") for line in lines[place : place + length]]
        if not wrapped[-1]:
            return 0
        joined = " ".join(wrapped)
        if len(joined) <= LONGEST_ANNOUNCEMENT and CLOSING.search(joined.rstrip()) and DATED.search(joined):
            return length
    return 0


def header_block(lines: list[str], place: int) -> bool:
    """What Outlook puts above what it quotes: "From: … Sent: … To: …"."""
    block = [line.strip(" *>\t") for line in lines[place : place + HEADER_LINES]]
    if not FROM.match(block[0]):
        return False
    return sum(bool(HEADER.match(line)) for line in block[1:]) >= 2


def unsigned(lines: list[str]) -> list[str]:
    """Up to the signature: `-- ` on a line of its own, or what a telephone says of itself."""
    for place, line in enumerate(lines):
        if line.rstrip("\r") in {"-- ", "--"} or SENT_FROM.match(line.strip()):
            return lines[:place]
    return lines


MOST_CHARACTERS = 200_000
WRAPPED_LINES = 4
HEADER_LINES = 6
LONGEST_ANNOUNCEMENT = 400
SEPARATOR = re.compile(
    r"^[-_ ]{2,40}(original message|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|"
    r"message original|messaggio originale|mensaje original|mensagem original|oorspronkelijk bericht|"
    r"wiadomość oryginalna|původní zpráva|oprindelig meddelelse|ursprungligt meddelande|forwarded message|"
    r"原始邮件|元のメッセージ)[-_ ]{0,40}$|^_{20,80}$",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"^(on|am|le|el|il|op|em|den|dne|dnia|w dniu|på|\d{4}[-年/.]|\d{1,2}[./]|[^\s@]{1,40} <|在|"
    r"[^\W\d]{2,12}[.,]{0,2} ([^\W\d]{3,10}\.? )?\d{1,2}\b)",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"(wrote|writes|schrieb(en)?( .{1,120})?|a écrit|escribió|ha scritto|schreef( .{1,120})?|escreveu|skrev|"
    r"napsala?|napisał(\(a\)|a)?|wrote the following|写道|のメール|님이 작성)\s*[:\uff1a]?$",
    re.IGNORECASE,
)
DATED = re.compile(r"\d")
FROM = re.compile(r"^(from|von|de|da|van|od|från|fra|发件人|差出人|보낸 사람)\s*[:\uff1a]", re.IGNORECASE)
HEADER = re.compile(
    r"^(sent|date|to|subject|cc|gesendet|datum|an|betreff|envoyé|à|objet|enviado|fecha|para|asunto|inviato|"
    r"data|a|oggetto|verzonden|aan|onderwerp|wysłano|do|temat|odesláno|komu|předmět|skickat|till|ämne|"
    r"sendt|til|emne|assunto|发送时间|收件人|主题|送信日時|宛先|件名)\s*[:\uff1a]",
    re.IGNORECASE,
)
SENT_FROM = re.compile(
    r"^(sent from my|von meinem .{1,40} gesendet|gesendet von|envoyé de(puis)? mon|enviado desde mi|"
    r"inviato da(l mio)?|verzonden vanaf mijn|skickat från min|sendt fra min|wysłano z|"
    r"get outlook for|outlook für)",
    re.IGNORECASE,
)
