"""Of a stack trace the faults and the functions count; of a JSON line the message."""

import json

import pytest

from shared.signatures import fingerprint_of, template_of

PYTHON = """\
ERROR {time} job failed
Traceback (most recent call last):
  File "{folder}/roaster.py", line {line}, in heat
    drum.spin(speed)
    ~~~~~~~~~^^^^^^^
  File "{folder}/drum.py", line 41, in spin
    raise KeyError(name)
KeyError: 'drum-{line}'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "{folder}/main.py", line 7, in <module>
    run()
  File "{folder}/main.py", line {line}, in run
    raise RoastError("burnt") from None
acme.RoastError: batch {line} burnt
"""
JAVA = """\
Exception in thread "main-{line}" java.lang.IllegalStateException: batch {line} is not loaded
\tat org.acme.Roaster.heat(Roaster.java:{line})
\tat org.acme.Roaster${line}.run(Roaster.java:22)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.io.IOException: No space left on {folder}
\tat org.acme.Store.write(Store.java:77)
\t... {line} more
"""
GO = """\
panic: runtime error: index out of range [{line}] with length 3

goroutine {line} [running]:
main.(*Roaster).Heat(0xc000010{line}, 0x5)
\t{folder}/main.go:{line} +0x1d
main.main()
\t{folder}/main.go:33 +0x80
exit status 2
"""
NODE = """\
{folder}/roast.js:{line}
    throw new TypeError("x");
    ^

TypeError: Cannot read properties of undefined (reading 'temperature')
    at Roaster.heat ({folder}/roast.js:{line}:11)
    at async main ({folder}/main.js:3:{line})
    at node:internal/process/task_queues:95:{line}
"""
DOTNET = """\
Unhandled exception. System.InvalidOperationException: Sequence {line} contains no elements
   at Acme.Roaster.Heat(Int32 batch) in {folder}/Roaster.cs:line {line}
   at Acme.Program.Main()
"""
RUST = """\
thread 'main' panicked at {folder}/main.rs:{line}:5:
index out of bounds: the len is 3 but the index is {line}
stack backtrace:
   0: rust_begin_unwind
   1: roaster::heat
"""
RUBY = """\
{folder}/roaster.rb:{line}:in `heat': undefined method `spin' for nil (NoMethodError)
\tfrom {folder}/main.rb:3:in `<main>'
"""
TRACES = {"Python": PYTHON, "Java": JAVA, "Go": GO, "Node": NODE, ".NET": DOTNET, "Rust": RUST, "Ruby": RUBY}
ESSENCES = {
    "Python": "KeyError: <*>\nacme.RoastError: batch <*> burnt\nin <module>\nin run",
    "Go": "panic: runtime error: index out of range [<*>] with length <*>\nin main.(*Roaster).Heat\nin main.main",
    "Node": "TypeError: Cannot read properties of undefined (reading <*>)\nin Roaster.heat\nin main",
}


def trace(language: str, *, line: int = 12, folder: str = "/srv/app", time: str = "2026-11-24 10:00:00") -> str:
    return TRACES[language].format(line=line, folder=folder, time=time)


@pytest.mark.parametrize("language", TRACES)
def test_lines_folders_and_days_are_of_no_account(language: str) -> None:
    here = trace(language)
    there = trace(language, line=471, folder="/home/runner/work/roast-7", time="2027-01-02 03:04:05")
    assert here != there
    assert template_of(here) == template_of(there)


@pytest.mark.parametrize("language", TRACES)
def test_another_function_is_another_failure(language: str) -> None:
    here = trace(language)
    renamed = here.replace("heat", "cool").replace("Heat", "Cool").replace("in run\n", "in stop\n")
    assert fingerprint_of(here) != fingerprint_of(renamed)


@pytest.mark.parametrize(("language", "essence"), ESSENCES.items())
def test_the_essence_is_the_faults_and_the_top_functions(language: str, essence: str) -> None:
    assert template_of(trace(language)) == essence


@pytest.mark.parametrize("language", TRACES)
def test_a_collector_that_puts_the_time_before_each_line_changes_nothing(language: str) -> None:
    plain = trace(language)
    collected = "\n".join(f"2026-11-24T10:00:{index:02}.123Z {line}" for index, line in enumerate(plain.split("\n")))
    assert fingerprint_of(plain) == fingerprint_of(collected)


def test_the_cause_counts() -> None:
    assert fingerprint_of(trace("Java")) != fingerprint_of(
        trace("Java").replace("java.io.IOException", "java.net.SocketException")
    )


def test_what_was_logged_before_a_trace_is_of_no_account() -> None:
    before = "\n".join(f"INFO row {row} of the batch loaded" for row in range(30))
    assert fingerprint_of(f"{before}\n{trace('Python')}") == fingerprint_of(trace("Python"))


def test_of_a_long_log_the_lines_that_speak_of_a_failure_count() -> None:
    rows = [f"row {row} loaded from /data/{row}.csv" for row in range(60)]
    long = "\n".join([*rows, "cannot write /data/60.csv: disk full", "bye"])
    longer = "\n".join(["hello", *rows, *rows, "cannot write /data/7.csv: disk full", "see you"])
    assert template_of(long) == template_of(longer) == "cannot write <*>: disk full"


def test_of_a_json_line_the_message_and_the_error_count() -> None:
    row = {"level": "error", "time": 17, "host": "mill-3", "msg": "no beans in silo 7", "error": {"type": "EmptySilo"}}
    assert template_of(json.dumps(row)) == "no beans in silo <*>\ntype EmptySilo"
    assert template_of(json.dumps(row | {"time": 18, "host": "mill-4"})) == template_of(json.dumps(row))
    assert template_of(json.dumps(row | {"error": {"type": "LostSilo"}})) != template_of(json.dumps(row))


def test_a_stack_in_a_json_line_is_a_stack_trace() -> None:
    assert template_of(json.dumps({"message": "failed", "stack": trace("Node")})) == ESSENCES["Node"]


def test_json_lines_are_read_one_by_one() -> None:
    rows = [json.dumps({"level": "info", "msg": f"row {row} loaded"}) for row in range(40)]
    assert template_of("\n".join([*rows, '{"level":"error","msg":"disk 3 is full: write failed"}'])) == (
        "disk <*> is full: write failed"
    )


@pytest.mark.parametrize("text", ['{"a": 1}', '{"msg": ', "{}", '{"msg": 3}', "{" * 5000, '{"msg":' * 2000])
def test_json_that_says_nothing_is_a_text_like_any_other(text: str) -> None:
    assert isinstance(template_of(text), str)
