"""How many text messages a text takes. One character outside of GSM 03.38 halves the room, and more."""


def segment_count(text: str) -> int:
    """0 for an empty text."""
    if not text:
        return 0
    if all(character in BASIC or character in EXTENDED for character in text):
        return segments([2 if character in EXTENDED else 1 for character in text], 160, 153)
    return segments([2 if ord(character) > LAST_OF_ONE_UNIT else 1 for character in text], 70, 67)


def segments(costs: list[int], alone: int, each: int) -> int:
    """No character is split between two messages."""
    if sum(costs) <= alone:
        return 1
    count, left = 1, each
    for cost in costs:
        if cost > left:
            count, left = count + 1, each
        left -= cost
    return count


BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
LAST_OF_ONE_UNIT = 0xFFFF
