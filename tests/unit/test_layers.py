"""Imports point one way, and a function's requirements are what it imports."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
OURS = {"bench", "cli", "functions", "lab", "local", "shared", "tests"}
ENGINES = sorted(path.parent.name for path in ROOT.glob("functions/*/main.py"))
# The package that brings a module, where the names differ.
DISTRIBUTIONS = {
    "botocore": "boto3",
    "jwt": "pyjwt",
    "yaml": "pyyaml",
    "mypy_boto3_s3": None,
    "sklearn": "scikit-learn",
    "_typeshed": None,
}


def imported(file: Path) -> set[str]:
    """Dotted names of the modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module}, (f"{node.module}.{alias.name}" for alias in node.names))
    return names


def packages(folder: str) -> set[str]:
    """Top-level packages that the files of a folder import."""
    return {name.split(".")[0] for file in (ROOT / folder).rglob("*.py") for name in imported(file)}


def reached(engine: str) -> set[Path]:
    """The files that an engine's entry point imports, directly or not."""
    waiting, seen = [ROOT / "functions" / engine / "main.py"], set()
    while waiting:
        file = waiting.pop()
        if file in seen or not file.is_file():
            continue
        seen.add(file)
        waiting += [ROOT / f"{name.replace('.', '/')}.py" for name in imported(file) if name.split(".")[0] in OURS]
    return seen


def test_shared_stands_on_nothing_of_ours() -> None:
    assert packages("shared") & OURS == {"shared"}


def test_functions_stand_on_shared_alone() -> None:
    assert packages("functions") & OURS == {"functions", "shared"}


def test_the_laboratory_stands_on_what_it_tries_and_only_the_command_knows_it() -> None:
    assert packages("lab") & OURS <= {"functions", "lab", "local", "shared"}
    assert all("lab" not in packages(folder) for folder in ("functions", "local", "shared"))


@pytest.mark.parametrize("engine", ENGINES)
def test_no_engine_imports_another(engine: str) -> None:
    for file in (ROOT / "functions" / engine).rglob("*.py"):
        others = {name for name in imported(file) if name.startswith("functions.")}
        assert all(name.startswith(f"functions.{engine}") for name in others), file


@pytest.mark.parametrize("engine", ENGINES)
def test_a_functions_requirements_are_what_it_imports(engine: str) -> None:
    names = {name.split(".")[0] for file in reached(engine) for name in imported(file)}
    foreign = names - OURS - set(sys.stdlib_module_names)
    wanted = {DISTRIBUTIONS.get(name, name.replace("_", "-")) for name in foreign} - {None}
    lines = (ROOT / "functions" / engine / "requirements.txt").read_text().splitlines()
    # functions-framework serves the function; nothing imports it.
    assert {line.split("==")[0].lower() for line in lines} == wanted | {"functions-framework"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_functions_pins_are_the_tested_ones(engine: str) -> None:
    constraints = (ROOT / "constraints.txt").read_text().lower()
    for line in (ROOT / "functions" / engine / "requirements.txt").read_text().lower().splitlines():
        assert re.search(rf"^{re.escape(line)}\b", constraints, re.MULTILINE), line


def test_entry_points_stay_small() -> None:
    for engine in ENGINES:
        assert len((ROOT / "functions" / engine / "main.py").read_text().splitlines()) <= 40
