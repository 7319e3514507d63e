import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cli.main import SUBCOMMANDS, main
from cli.output import Output, json_option
from local.errors import StackError


def test_help_lists_every_subcommand_and_imports_none():
    code = "import sys; from cli.main import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(f"\n  {name} " in printed for name in SUBCOMMANDS)
    assert "psycopg" not in printed.split()
    assert not any(f"cli.{name}" in printed.split() for name in SUBCOMMANDS)


@pytest.mark.parametrize("name", list(SUBCOMMANDS))
def test_every_subcommand_explains_itself(name: str):
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Exit code" in result.output


def test_an_unknown_subcommand_is_refused():
    result = CliRunner().invoke(main, ["roast"])
    assert result.exit_code == 2
    assert "No such command 'roast'" in result.stderr


def test_an_error_of_the_stack_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise StackError("Port 1 is taken.")

    monkeypatch.setattr(import_module("cli.up"), "running_stack", fail)
    result = CliRunner().invoke(main, ["up"])
    assert (result.exit_code, result.stderr) == (1, "Error: Port 1 is taken.\n")


@click.command()
@json_option
def count(json_file: str | None) -> None:
    """Say and write a number."""
    output = Output(json_file)
    output.say("three")
    output.result({"count": 3})


def test_json_on_standard_output_stands_alone():
    result = CliRunner().invoke(count, ["--json", "-"])
    assert json.loads(result.stdout) == {"count": 3}
    assert result.stderr == "three\n"


def test_json_goes_to_a_file_and_words_to_standard_output(tmp_path: Path):
    result = CliRunner().invoke(count, ["--json", str(tmp_path / "count.json")])
    assert result.stdout == "three\n"
    assert json.loads((tmp_path / "count.json").read_text()) == {"count": 3}


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path):
    result = CliRunner().invoke(count, ["--json", str(tmp_path / "missing" / "count.json")])
    assert result.exit_code == 1
    assert "cannot be written: No such file or directory." in result.stderr


def test_without_json_nothing_but_words_is_written():
    result = CliRunner().invoke(count)
    assert (result.stdout, result.stderr) == ("three\n", "")
