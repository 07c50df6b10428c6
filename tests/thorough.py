"""How often a property is tried: a quarter of it in `make test`, in full in `make test-long`."""

import os

THOROUGH = "RAPPORT_THOROUGH" in os.environ


def examples(count: int) -> int:
    return count if THOROUGH else max(FEWEST, count // 4)


FEWEST = 10
