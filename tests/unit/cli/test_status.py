import pytest
from click.testing import CliRunner

from cli.main import main
from cli.status import age, render
from local.health import PartHealth

DETECT = {"engine": "detect", "waiting": 7, "leased": 2, "oldest_waiting_seconds": 130.0, "dead_letters": 1}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "-"), (0, "0.0 s"), (0.44, "0.4 s"), (12, "12 s"), (119, "119 s"), (180, "3 min"), (7300, "2 h")],
)
def test_an_age_has_one_unit(seconds: float | None, words: str):
    assert age(seconds) == words


def test_every_part_engine_and_table_has_a_line():
    parts = [
        PartHealth(name="redis", pid=12, port=6379, healthy=True, detail="answers"),
        PartHealth(name="functions", pid=None, port=8080, healthy=False, detail="does not run"),
    ]
    lines = [line.split() for line in render(parts, [DETECT], {"executions": 51987}).splitlines()]
    assert ["redis", "12", "6379", "ok"] in lines
    assert ["functions", "-", "8080", "does", "not", "run"] in lines
    assert ["detect", "7", "2", "2", "min", "1"] in lines
    assert ["executions", "51987"] in lines


def test_no_stack_is_exit_code_two_and_a_sentence(tmp_path: str):
    result = CliRunner().invoke(main, ["status", "--data-dir", str(tmp_path), "--json", "-"])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "start one with `flexiroaster up`" in result.stderr
