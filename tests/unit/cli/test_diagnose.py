import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main


def run(*arguments: str, text: str | bytes | None = None):
    return CliRunner().invoke(main, ["diagnose", *arguments], input=text)


def test_a_message_on_standard_input_is_answered_in_words():
    result = run("-", text="OSError: [Errno 28] No space left on device")
    assert result.exit_code == 0, result.output
    assert "resource_bottleneck / disk_full" in result.output
    assert "will not help" in result.output
    assert "line 1: " in result.output


def test_json_of_one_message():
    result = run("-", "--json", "-", text="dial tcp: lookup roastery: no such host")
    answer = json.loads(result.stdout)
    assert (answer["family"], answer["subcause"], answer["transient"]) == ("connection_auth", "dns_failure", True)


def test_objects_are_answered_line_by_line(tmp_path: Path):
    file = tmp_path / "failures.jsonl"
    objects = [
        {"id": 7, "text": "ModuleNotFoundError: No module named 'grinder'"},
        {
            "id": "b",
            "text": "task_failure",
            "stages": [{"name": "roast", "status": "failed", "error": "division by zero"}],
        },
        {"id": "c", "text": "INFO done", "passing_log": None, "metrics": {"cpu_percent": 12}},
    ]
    file.write_text("\n".join(map(json.dumps, objects)) + "\n\n")
    answers = [json.loads(line) for line in run("--jsonl", str(file)).stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [7, "b", "c"]
    assert [answer["family"] for answer in answers] == ["configuration_drift", "stage_failure", None]
    assert answers[0]["lines"] == [1]
    wanted = {"id", "family", "subcause", "confidence", "transient", "first_action", "lines"}
    assert all(wanted <= set(answer) for answer in answers)
    assert answers[1]["stage"] == "roast"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("not json", "Line 1 is not JSON"),
        ("[1]", "keys id and text"),
        ('{"id": 1}', "keys id and text"),
        ('{"id": 1, "text": 3}', "text has to be a text"),
        ('{"id": 1, "text": "x", "stages": 3}', "list of objects"),
        ('{"id": 1, "text": "x", "metrics": [3]}', "numbers by name"),
    ],
)
def test_an_object_that_is_not_understood_is_a_sentence(line: str, complaint: str):
    result = run("--jsonl", "-", text=line)
    assert result.exit_code == 1
    assert complaint in result.stderr


def test_a_log_is_compared_with_a_passing_one(tmp_path: Path):
    passing = tmp_path / "passing.log"
    passing.write_text("ERROR grinder - Connection refused\n")
    result = run(
        "-", "--passing", str(passing), text="ERROR grinder - Connection refused\nERROR column x does not exist"
    )
    assert "schema_data / column_missing" in result.output


def test_any_bytes_are_read():
    result = run("-", text=b"\xff\xfe\x00 OSError: No space left on device\xc3")
    assert result.exit_code == 0
    assert "disk_full" in result.output


def test_nothing_to_read_and_two_things_to_read_are_refused(tmp_path: Path):
    file = tmp_path / "a"
    file.write_text("x")
    assert run().exit_code == 2
    assert run(str(file), "--jsonl", str(file)).exit_code == 2
