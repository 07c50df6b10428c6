"""What a reader can hold in one look, and habits that hide trouble."""

import ast
import re
from tokenize import COMMENT, tokenize

import pytest

from tests.house.sources import DELIVERED, ROOT, WRITTEN, files, parsed

LINES_OF_A_FUNCTION = 70
LINES_OF_A_FILE = 400
MARKERS = re.compile(r"\b(TODO|FIXME|XXX)\b")

# A migration is one long story, told once.
CODE = [path for path in files(*DELIVERED, "tools", "bench", "docs") if "versions" not in path.parts]
TESTS = [path for path in files("tests") if path.parts[1:] != ("eventually.py",)]


@pytest.mark.parametrize("path", CODE, ids=str)
def test_a_file_is_short(path):
    assert len((ROOT / path).read_text().splitlines()) <= LINES_OF_A_FILE


@pytest.mark.parametrize("path", CODE, ids=str)
def test_functions_are_short(path):
    lengths = {node.name: node.end_lineno - node.lineno + 1 for node in functions(path)}
    assert {} == {name: lines for name, lines in lengths.items() if lines > LINES_OF_A_FUNCTION}


@pytest.mark.parametrize("path", files(*WRITTEN), ids=str)
def test_nothing_is_left_to_be_done(path):
    with (ROOT / path).open("rb") as source:
        comments = [token for token in tokenize(source.readline) if token.type == COMMENT]
    assert [] == [
        (comment.start[0], comment.string) for comment in comments if MARKERS.search(comment.string)
    ]


@pytest.mark.parametrize("path", files(*WRITTEN), ids=str)
def test_no_failure_is_swallowed(path):
    handlers = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.ExceptHandler))
    assert [] == [node.lineno for node in handlers if swallows(node)]


@pytest.mark.parametrize("path", TESTS, ids=str)
def test_tests_wait_for_facts_and_never_sleep(path):
    assert [] == [node.lineno for node in ast.walk(parsed(path)) if sleeps(node)]


def functions(path):
    return [n for n in ast.walk(parsed(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def swallows(handler: ast.ExceptHandler) -> bool:
    """Whether it takes whatever comes and says nothing of it."""
    if handler.type is None:
        return True
    caught = {name.id for name in ast.walk(handler.type) if isinstance(name, ast.Name)}
    silent = all(isinstance(statement, ast.Pass | ast.Continue) for statement in handler.body)
    return silent and bool(caught & {"Exception", "BaseException"})


def sleeps(node: ast.AST) -> bool:
    """`asyncio.sleep(0)` waits for nothing: it lets the others have their turn."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="asyncio"), attr="sleep"), args=[ast.Constant(0)]):
            return False
        case ast.Call(func=ast.Attribute(value=ast.Name(id="asyncio" | "time"), attr="sleep")):
            return True
        case ast.ImportFrom(module="asyncio" | "time", names=names):
            return any(alias.name == "sleep" for alias in names)
    return False
