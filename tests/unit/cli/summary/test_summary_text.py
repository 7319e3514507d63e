"""A summary for people."""

from dataclasses import replace
from datetime import UTC, datetime

from cli.summary import Strange, Summary, render
from cli.summary.ranking import Share

AT = datetime(2014, 7, 24, 3, 5, tzinfo=UTC)
STRANGE = Strange(
    pipeline="default:user7",
    started_at=AT,
    status="completed",
    score=0.99,
    reasons=("took 4.99 days; usually 15 min", "used 32 % CPU; usually 0.78 to 1.82 % CPU", "a third reason"),
)
SUMMARY = Summary(
    pipelines=81,
    outcomes={"completed": 3598, "failed": 2338, "cancelled": 64},
    first_started_at=AT,
    last_started_at=AT.replace(month=8, day=9),
    predictions=6000,
    roc_auc=0.826,
    told_likely=Share(1801, 0.698),
    told_unlikely=Share(381, 0.018),
    detections=6000,
    anomalies=186,
    strangest=(STRANGE, replace(STRANGE, pipeline="besteffort:user46", reasons=("x " * 100,))),
    dead_letters=0,
)
TEXT = render(SUMMARY, title="Gaia cluster", speed="600 runs/s inserted, predicted and detected")


def test_it_says_what_happened_and_what_the_engines_said_of_it() -> None:
    for part in (
        "Gaia cluster",
        "6,000 of 81 pipelines, 24 Jul 2014 to 9 Aug 2014: 3,598 completed",
        "ROC AUC 0.826",
        "risk over 50 %: 1,801 runs, of which 69.8 % failed",
        "risk under 5 %: 381 runs, of which 1.8 % failed",
        "186 of 6,000 ended runs were strange (3.1 %); the most striking:",
        "default:user7, 24 Jul 2014 03:05, completed",
        "took 4.99 days; usually 15 min",
        "600 runs/s",
        "Dead letters none",
    ):
        assert part in TEXT, part


def test_no_line_is_wider_than_a_terminal_and_only_two_reasons_are_given() -> None:
    assert max(map(len, TEXT.splitlines())) <= 79
    assert "a third reason" not in TEXT


def test_runs_that_all_ended_alike_and_runs_that_were_never_strange_have_words_too() -> None:
    alike = replace(SUMMARY, roc_auc=None, anomalies=0, strangest=(), detections=0, dead_letters=3)
    text = render(alike, title="x", speed="y")
    assert "nothing to compare, for all ended alike" in " ".join(text.split())
    assert "0 of 0 ended runs were strange (0.0 %)\n" in text
    assert "Dead letters 3: see `flexiroaster status`" in text


def test_a_risk_that_no_run_was_given_is_said() -> None:
    text = render(replace(SUMMARY, told_likely=Share(0, None)), title="x", speed="y")
    assert "risk over 50 %: no run" in text


def test_it_is_json_with_the_number_of_runs() -> None:
    assert SUMMARY.to_json()["runs"] == 6000
    assert SUMMARY.to_json()["told_likely"] == {"runs": 1801, "failed_share": 0.698}
