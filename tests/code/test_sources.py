"""Rules of the house that a reader of one file can't see broken."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("app", "ivr_webhooks", "worker", "simulator", "migrations", "bench", "deploy")
PROGRAMS = ("config.py", "run.py")
READS_ENVIRONMENT = {"config.py", "simulator/__main__.py"}
MAX_LINES = 300


def _files(pattern: str = "*.py") -> list[str]:
    found = [path for folder in PRODUCT for path in (ROOT / folder).rglob(pattern)]
    names = [str(path.relative_to(ROOT)) for path in found if "node_modules" not in path.parts]
    return sorted(names + [name for name in PROGRAMS if (ROOT / name).exists()])


def _tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), filename=name)


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("name", _files())
def test_no_import_inside_a_function(name: str) -> None:
    lines = [
        node.lineno
        for function in _functions(_tree(name))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not lines, f"{name} imports inside a function, lines {lines}"


@pytest.mark.parametrize("name", sorted(set(_files()) - READS_ENVIRONMENT))
def test_only_the_settings_read_the_environment(name: str) -> None:
    lines = [
        node.lineno
        for node in ast.walk(_tree(name))
        if ast.unparse(node) in ("os.environ", "os.environb", "os.getenv")
        or (isinstance(node, ast.alias) and node.name in ("environ", "environb", "getenv"))
    ]
    assert not lines, f"{name} reads the environment, lines {lines}: settings come from config.py"


def test_app_init_is_empty() -> None:
    assert (ROOT / "app/__init__.py").read_bytes() == b""


@pytest.mark.parametrize("pattern", ["*.py", "*.html", "*.js", "*.css"])
def test_no_file_is_too_long(pattern: str) -> None:
    counts = {
        name: len((ROOT / name).read_text(encoding="utf-8").splitlines())
        for name in _files(pattern)
        if "/vendor/" not in name and not name.startswith("migrations/versions/")
    }
    too_long = {name: count for name, count in counts.items() if count > MAX_LINES}
    assert not too_long, f"over {MAX_LINES} lines: does each still answer one question? {too_long}"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_with_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    for word in (
        "://",
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "--trusted-host",
        " @ ",
    ):
        assert word not in text, f"{name} carries {word}: it comes from one machine's settings"
    entries = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert entries
    assert [line for line in entries if "==" not in line or not line.endswith("\\")] == []


def test_nothing_that_a_run_writes_is_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout == ""
