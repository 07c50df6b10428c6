"""Liquid within limits: whoever writes a template may be careless, and costs nobody else more than a moment.

python-liquid bounds what one loop, one assignment and one output may come to. What is missing there is added
here: all loops together, what a filter may make, ranges, the processor's time, and sources its lexer would
read for hours. What nothing fills renders empty, and is noted by its path.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from time import thread_time
from typing import Any, NoReturn, cast

from liquid import BoundTemplate, Environment, RenderContext
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.expression import Expression
from liquid.token import Token
from liquid.undefined import Undefined

from services.campaign.content import filters
from services.campaign.content.filters import Costly


class Broken(Exception):  # noqa: N818 -- whose template it is can mend it
    """The template cannot be read, or does what cannot be done."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line, self.message = line, message


class TooCostly(Exception):  # noqa: N818 -- whose template it is can mend it
    """The template took too long, looped too often or grew too large."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one text of a template may cost."""

    # Of all loops together; a loop within a loop counts each time.
    iterations: int = 10_000
    output_bytes: int = 1_048_576
    # Of the processor, not of the clock: a busy machine makes no template too costly.
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What filters know of the moment and of the reader."""

    now: datetime
    # BCP 47, as the text itself says.
    locale: str = ""


def filled(
    source: str, data: Mapping[str, object], setting: Setting, limits: Limits, *, html: bool = False
) -> tuple[str, list[str]]:
    """The text, and the paths of what nothing filled, each once. Raises Broken and TooCostly, nothing else.

    In *html* whatever comes from *data* is escaped.
    """
    if "{{" not in source and "{%" not in source:
        return source, []
    template = parsed(source, html=html)
    moment = {"now": setting.now, "today": setting.now}
    context = Filling(template, globals={**data, **moment}, setting=setting, limits=limits)
    buffer = context.get_buffer()
    try:
        template.render_with_context(context, buffer)
    except ResourceLimitError as limit:
        raise TooCostly(f"line {line_of(source, limit)}: {limit.message}") from None
    except Costly as limit:
        raise TooCostly(str(limit)) from None
    except RecursionError:
        raise TooCostly("its expressions are nested too deeply") from None
    except LiquidError as error:
        raise Broken(line_of(source, error), str(error.message)) from None
    return buffer.getvalue(), list(context.missing)


@lru_cache(maxsize=256)
def parsed(source: str, *, html: bool = False) -> BoundTemplate:
    """The template's tree. What is broken is said with its line."""
    insist_on_readable(source)
    try:
        template = (HTML if html else TEXT).from_string(source)
    except LiquidError as error:
        message = NESTED if isinstance(error.__cause__, RecursionError) else str(error.message)
        raise Broken(line_of(source, error), message) from None
    for node in template.nodes:
        bound_ranges(node, RenderContext(template))
    return template


def insist_on_readable(source: str) -> None:
    """Refuses what the lexer would read in quadratic time, and more tags than a template needs."""
    place, count = 0, 0
    # Blocks that are open, by name and line.
    blocks: list[tuple[str, int]] = []
    while found := OPENING.search(source, place):
        start, opening = found.start(), found[0]
        end = source.find(CLOSING[opening], start + 2)
        if end < 0:
            raise Broken(line_at(source, start), f"{opening} is never closed")
        inner = source[start:end]
        if len(inner) > LONGEST_TAG or BLANKS.search(inner):
            raise Broken(line_at(source, start), f"what {opening} begins is too long; make it several")
        count += 1
        if count > MOST_TAGS:
            raise TooCostly(f"it has more than {MOST_TAGS} tags")
        place = end + 2
        if verbatim := VERBATIM.match(source, start):
            close = ENDS[verbatim[1]].search(source, verbatim.end())
            if close is None:
                raise Broken(line_at(source, start), f"{verbatim[1]} is never closed")
            place = close.end()
        elif named := NAME.match(inner):
            follow(blocks, named[1], line_at(source, start))
    if blocks:
        name, line = blocks[-1]
        raise Broken(line, f"{name} is never closed")


def follow(blocks: list[tuple[str, int]], name: str, line: int) -> None:
    """Within a comment nothing begins but another comment."""
    if blocks and name == f"end{blocks[-1][0]}":
        blocks.pop()
    elif name in BLOCKS and (not blocks or blocks[-1][0] != "comment" or name == "comment"):
        blocks.append((name, line))


def bound_ranges(node: Any, context: RenderContext) -> None:
    """`(1..n)` is made by a class of ours wherever it stands: filters and tests go through ranges, too."""
    for expression in node.expressions():
        bound_expression(expression)
    for child in node.children(context, include_partials=False):
        bound_ranges(child, context)


def bound_expression(expression: Expression) -> None:
    if type(expression) is RangeLiteral:
        expression.__class__ = Range
    for child in expression.children():
        bound_expression(child)


class Range(RangeLiteral):
    __slots__ = ()

    def evaluate(self, context: RenderContext) -> range:
        made = super().evaluate(context)
        limit = cast("Filling", context).limits.iterations
        if made.stop - made.start > limit:
            raise Costly(f"a range has more than {limit} items")
        return made


class Missing(Undefined):
    """Nothing filled it. It is noted when it is shown or gone through, not when it is only asked for."""

    __slots__ = ("note", "path")

    def __init__(self, path: str, token: Token | None, note: Callable[[str], None]) -> None:
        super().__init__(path, token=token)
        self.path, self.note = path, note

    def __str__(self) -> str:
        self.note(self.path)
        return ""

    def __iter__(self) -> Any:
        self.note(self.path)
        return iter(())


class Filling(RenderContext):
    """One text being filled, and what it has cost so far."""

    def __init__(
        self, template: BoundTemplate, *, globals: Mapping[str, object], setting: Setting, limits: Limits
    ) -> None:
        self.setting, self.limits = setting, limits
        # In the order in which they were met.
        self.missing: dict[str, None] = {}
        self._iterations, self._steps = 0, 0
        self._until = thread_time() + limits.seconds
        super().__init__(template, globals=globals)

    # Every node asks for this before it renders: the one place they all come by.
    @property
    def disabled_tags(self) -> list[str]:
        self.spend()
        return []

    @disabled_tags.setter
    def disabled_tags(self, _: list[str]) -> None:
        """There are no partial templates here, which is what it is for."""

    def spend(self) -> None:
        self._steps += 1
        if self._steps % STEPS_PER_LOOK == 0 and thread_time() > self._until:
            raise Costly(f"it took longer than {self.limits.seconds:g} s")

    def note(self, path: str) -> None:
        if len(self.missing) < MOST_MISSING:
            self.missing.setdefault(path)

    def get(self, path: list[object], *, token: Token | None, default: object = None) -> object:  # noqa: ARG002
        """What is null is as good as missing."""
        found = super().get(path, token=token, default=None)
        return Missing(spelled(path), token, self.note) if found is None else found

    def get_item(self, obj: Any, key: Any) -> Any:
        """A customer may have a trait `size`: of an object it is never how many things it has."""
        return obj[key] if isinstance(obj, Mapping) else super().get_item(obj, key)

    def assign(self, key: str, val: Any) -> None:
        self.spend()
        super().assign(key, val)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Called where a loop begins: what has run so far and what is about to, however they are nested."""
        self._iterations += length
        if self._iterations > self.limits.iterations:
            raise Costly(f"it loops more than {self.limits.iterations} times")

    def get_buffer(self, buf: Any = None) -> Any:
        return filters.Buffer(self.limits.output_bytes if buf is None else buf.left)

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        apply = super().filter(name, token)

        def bounded(left: object, *args: object, **kwargs: object) -> object:
            self.spend()
            given = [left, *args, *kwargs.values()]
            for value in given:
                filters.insist_on_size(value)
            try:
                made = apply(left, *args, **kwargs)
            except (LiquidError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
                if lacking := [value for value in given if isinstance(value, Missing)]:
                    self.note(lacking[0].path)
                    return ""
                unfit(name, token, error)
            filters.insist_on_size(made)
            return made

        return bounded


def unfit(name: str, token: Token | None, error: Exception) -> NoReturn:
    message = error.message if isinstance(error, LiquidError) else error
    raise LiquidError(f"{name}: {str(message).removeprefix(f'{name}: ')}", token=token)


def spelled(path: list[object]) -> str:
    """`products[0].name`, as the template says it."""
    root, *steps = path
    return str(root) + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def line_of(source: str, error: LiquidError) -> int:
    index = error.token.start_index if error.token else -1
    return line_at(source, index if 0 <= index <= len(source) else 0)


def line_at(source: str, index: int) -> int:
    return source.count("\n", 0, index) + 1


class Bounded(Environment):
    context_depth_limit = 30
    block_nesting_limit = 30
    # One assigned value after another; see also `filters.insist_on_size`.
    local_namespace_limit = 4_194_304

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        # There is nothing to include, and nobody reads files here.
        for tag in ("include", "render"):
            del self.tags[tag]
        self.filters |= filters.FILTERS


TEXT = Bounded()
HTML = Bounded(autoescape=True)
NESTED = "its expressions are nested too deeply"
OPENING = re.compile(r"\{[{%]")
CLOSING = {"{{": "}}", "{%": "%}"}
# As python-liquid's lexer has them: between these nothing is read.
VERBATIM = re.compile(r"\{%-?\s*(raw|doc)\s*-?%\}")
ENDS = {name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "doc")}
NAME = re.compile(r"\{%-?\s*(\w+)")
BLOCKS = frozenset(("if", "unless", "case", "for", "tablerow", "capture", "comment", "ifchanged"))
BLANKS = re.compile(r"\s{256}")
LONGEST_TAG = 4096
MOST_TAGS = 5000
MOST_MISSING = 100
# Asking the processor's clock costs as much as several nodes.
STEPS_PER_LOOK = 32
