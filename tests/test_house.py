"""The house rules that no linter knows: sizes, habits, requirements."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from core.version import VERSION

ROOT = Path(__file__).parent.parent
#: Lines of code, without blank lines, comments and docstrings.
MODULE, FUNCTION, PAGE = 200, 25, 30

#: What is longer because it is simpler so, with the reason that its first lines give: a module's
#: path, or ``path::function``.
EXCEPTIONS: dict[str, str] = {}

#: Tokens that are not code.
_NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER, tokenize.ENCODING,
}  # fmt: skip


def sources() -> list[str]:
    """Paths of the app's own files, as the lists above have them."""
    files = [ROOT / "app.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    return sorted(str(path.relative_to(ROOT)) for path in files)


@lru_cache
def tree_of(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def docstring_lines(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list) or not body or not isinstance(body[0], ast.Expr):
            continue
        if isinstance(getattr(body[0].value, "value", None), str):
            yield from range(body[0].lineno, (body[0].end_lineno or 0) + 1)


def code_lines(path: str) -> set[int]:
    """The numbers of the lines that hold code."""
    text = (ROOT / path).read_text(encoding="utf-8")
    used: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            used |= set(range(token.start[0], token.end[0] + 1))
    return used - set(docstring_lines(tree_of(path)))


def too_long(path: str) -> dict[str, int]:
    """What of a file is longer than it may be: the file itself, its functions."""
    used = code_lines(path)
    limit = PAGE if Path(path).parent == Path("pages") else MODULE
    found = {path: len(used)} if len(used) > limit else {}
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = sum(node.lineno <= line <= (node.end_lineno or 0) for line in used)
            if size > FUNCTION:
                found[f"{path}::{node.name}"] = size
    return found


def workshop() -> list[str]:
    """Paths of what makes the embedded model; the size rules hold there, too."""
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "training").rglob("*.py"))


@pytest.mark.parametrize("path", [*sources(), *workshop()])
def test_a_file_fits_on_two_screens_and_a_function_on_half_of_one(path: str):
    found = {name: size for name, size in too_long(path).items() if name not in EXCEPTIONS}
    assert not found, f"longer than a reader likes: {found}"


def test_exceptions_are_few_needed_and_give_their_reason():
    assert len(EXCEPTIONS) <= 10
    for name, reason in EXCEPTIONS.items():
        path = name.split("::")[0]
        assert name in too_long(path), f"{name} is short now: take it off the list"
        first_lines = " ".join((ast.get_docstring(tree_of(path)) or "").split())
        assert reason in first_lines, f"{path} does not say why it is long"


# --- habits ---------------------------------------------------------------------------------


def dotted(node: ast.AST) -> str:
    """``torch.ops.mkldnn`` of the nodes that say so; empty for anything else."""
    if isinstance(node, ast.Attribute):
        start = dotted(node.value)
        return f"{start}.{node.attr}" if start else ""
    return node.id if isinstance(node, ast.Name) else ""


def users(pattern: str, paths: list[str]) -> set[str]:
    """The files in which a dotted name that fits a pattern is spoken of."""
    return {
        path
        for path in paths
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and re.fullmatch(pattern, dotted(node))
    }


def test_the_session_and_the_address_are_read_in_kit_and_shell_only():
    found = users(r"st\.(session_state|query_params)", sources())
    # Where Streamlit keeps what was clicked in a component is read in one place.
    found.discard("pages/components/shared/pick.py")
    assert not {path for path in found if not path.startswith(("pages/kit/", "pages/shell/"))}


def test_private_operators_of_torch_are_used_in_one_file_only():
    assert users(r"torch\.(ops|_\w+)(\.\w+)*", sources()) == {"core/engine/gemm.py"}


def test_private_parts_of_streamlit_are_used_in_one_file_only():
    submodules = {
        path for path in sources() for name in imported(path) if name.startswith("streamlit.")
    }
    assert submodules | users(r"st(\.\w+)*\._\w+", sources()) == {"core/private.py"}


def test_durations_are_measured_by_clocks_that_never_jump():
    """The clock on the wall is set back by a person, a summer's end or a time server."""
    assert not users(r"(time\.time(_ns)?|(datetime\.)?datetime\.(now|utcnow|today))", sources())


def formats(path: str) -> Iterator[str]:
    """The formats of numbers for people that a file writes itself: thousands, per cent."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            spec = ast.unparse(node.format_spec)
            if "," in spec or spec.rstrip("'\"").endswith("%"):
                yield spec
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\{\w*:[^{}]*[,%]\w*\}", node.value)


def test_how_a_number_reads_is_decided_in_one_file_only():
    programs = "core/recipes/"  # they are the learner's own: Python's formats
    paths = [path for path in sources() if not path.startswith(programs)]
    assert {path: [*formats(path)] for path in paths if [*formats(path)]}.keys() <= {
        "core/numbers.py"
    }


# --- requirements ---------------------------------------------------------------------------


#: What the app needs though no file of it imports it.
NEEDED_BY_OTHERS = {
    "safetensors": "transformers reads weights with it",
    "uvloop": "the server takes it where it is there",
}


def imported(path: str) -> Iterator[str]:
    """The modules that a file imports, inside functions too."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def required() -> dict[str, str]:
    """The distributions of requirements.txt and the reason that each line gives."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = [
        re.fullmatch(r"([\w.-]+)==[\w.]+(?:; [^#]+)? *# *(\S.*)", line)
        for line in lines
        if line[0] != "#"
    ]
    assert all(found), "each requirement is pinned and has its reason"
    return {match[1].lower().replace("_", "-"): match[2] for match in found if match}


def test_what_is_imported_is_required_and_what_is_required_is_used():
    known = packages_distributions()
    names = {name.split(".")[0] for path in sources() for name in imported(path)}
    # Ray is in requirements-cluster.txt: an import contract keeps it in core.cluster.
    others = names - set(sys.stdlib_module_names) - {"core", "pages", "ray"}
    used = {known[name][0].lower().replace("_", "-") for name in others}
    assert used | set(NEEDED_BY_OTHERS) == set(required())


# --- what hosts install -----------------------------------------------------------------------


def test_the_version_is_declared_once_and_named_the_same_everywhere():
    cited = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    newest = re.search(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert cited is not None
    assert newest is not None
    assert cited[1] == newest[1] == VERSION


def test_the_lock_holds_every_requirement_by_version_and_hash():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text, "a lock names no registry: each host has its own"
    blocks = re.findall(
        r"^([a-z0-9-]+)==(\S+)[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)+)", text, re.M
    )
    locked = {(name, version) for name, version, _hashes in blocks}
    assert len(blocks) == len(re.findall(r"^[a-z]", text, re.M)), "each has hashes"
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = (re.match(r"([\w.-]+)==([\w.]+)", line) for line in lines)
    wanted = {(pin[1].lower().replace("_", "-"), pin[2]) for pin in pins if pin}
    assert {name for name, _version in wanted - locked} == {"torch"}
