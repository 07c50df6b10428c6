"""The few words a desk fills in: signatures and automatic answers. Liquid, within limits."""

from collections.abc import Mapping

from liquid import Environment
from liquid.exceptions import LiquidError


def complaint(source: str) -> str:
    """Why a text cannot be read; empty when it can."""
    if len(source) > MOST_CHARACTERS:
        return f"must not be longer than {MOST_CHARACTERS} characters"
    try:
        ENVIRONMENT.from_string(source).render()
    except (LiquidError, RecursionError) as failure:
        return f"cannot be read as Liquid: {failure}"[:200]
    return ""


def filled(source: str, data: Mapping[str, object]) -> str:
    """The text; empty when it cannot be made. It was tried when it was saved, so only costs can grow."""
    try:
        return ENVIRONMENT.from_string(source).render(**data).strip()
    except (LiquidError, RecursionError):
        return ""


class Bounded(Environment):
    """The library wants its limits as attributes of a class."""

    loop_iteration_limit = 1_000
    output_stream_limit = 100_000
    local_namespace_limit = 10_000


MOST_CHARACTERS = 20_000
ENVIRONMENT = Bounded()
