import json

from functions.train.dataset import Dataset
from functions.train.replayed import replayed_pages
from shared.features import INDEX
from shared.replay import Replay
from tests.unit.predict.test_as_served import executions, row_of


def page_of(runs) -> list[list]:
    """As the database hands them out, through JSON."""
    return json.loads(
        json.dumps([[run.id, run.begun_at.timestamp(), {**row_of(run), "owner_id": run.owner_id}] for run in runs])
    )


def test_what_is_learned_from_is_what_would_have_been_served() -> None:
    runs = sorted(executions(), key=lambda run: run.begun_at)
    served = {start.execution.id: start.vector for start in Replay().walk(runs) if start.execution.failed is not None}
    learned = {row[0]: row[6] for page in replayed_pages([page_of(runs[:70]), page_of(runs[70:])]) for row in page}
    assert learned == served
    assert any(vector[INDEX["pipeline_runs_known"]] > 0 for vector in learned.values())


def test_the_rows_are_what_a_dataset_is_made_of() -> None:
    runs = sorted(executions(), key=lambda run: run.begun_at)
    data = Dataset.of_pages(replayed_pages([page_of(runs)]))
    labelled = [run for run in runs if run.failed is not None]
    assert len(data) == len(labelled)
    assert data.failed.tolist() == [int(run.failed) for run in labelled]
    assert data.ended_at.tolist() == [run.ended_at.timestamp() for run in labelled]


def test_a_row_that_is_no_run_is_passed_over() -> None:
    runs = sorted(executions(), key=lambda run: run.begun_at)[:5]
    page = page_of(runs)
    page[2][2] = {"id": "nothing else"}
    assert sum(len(page) for page in replayed_pages([page])) == len([run for run in runs if run.failed is not None]) - (
        runs[2].failed is not None
    )
