"""What `predict` would have said: a model for each block, trained on what was known when the block began."""

from collections.abc import Callable

import numpy as np

from cli.backtest.baselines import baselines
from cli.backtest.blocks import blocks_of, judged
from cli.backtest.result import Backtest, Block
from cli.backtest.walked import Walked
from functions.train.failure_model import TooLittleDataError, fit_failure_model
from functions.train.quality import Array, labelled_rows, measure_quality


def judge_predictions(walked: Walked, *, history: str, say: Callable[[str], None]) -> Backtest:
    """Train block by block through time and compare with the baselines."""
    blocks = blocks_of(walked.rows)
    said, found = walked.heuristic.copy(), []
    for number, block in enumerate(blocks, start=1):
        trained_on, note = _predict_block(walked, said, *block)
        found.append(judged(walked.truth, said, walked.started_at, block, trained_on=trained_on, note=note))
        say(f"Block {number} of {len(blocks)}: {note or f'trained on {trained_on:,} runs'}")
    first = blocks[0][0] if blocks else walked.rows
    names = np.array(walked.names, dtype=object)[walked.pipeline]
    methods = baselines(walked.truth, walked.known, warm_up=first)
    qualities = {
        name: measure_quality(walked.truth, answers, pipeline=walked.pipeline, blocks=blocks)
        for name, answers in methods.items()
    }
    labelled = walked.truth[walked.truth >= 0]
    quality = measure_quality(walked.truth, said, pipeline=walked.pipeline, blocks=blocks)
    return Backtest(
        engine="predict",
        history=history,
        rows=walked.rows,
        pipelines=len(walked.names),
        failure_rate=float(labelled.mean()) if len(labelled) else None,
        quality=quality,
        baselines={name: figures for name, figures in qualities.items() if figures is not None},
        blocks=tuple(found),
        told=walked.told(said),
        notes=_notes(walked, first, found),
        truth=walked.truth[first:],
        said=said[first:],
        started_at=walked.started_at[first:],
        pipeline=names[first:],
        methods={name: answers[first:] for name, answers in methods.items()},
    )


def _predict_block(walked: Walked, said: Array, begin: int, end: int) -> tuple[int, str]:
    known = walked.known_before(begin)
    try:
        model = fit_failure_model(walked.features[known], walked.truth[known], pipeline=walked.pipeline[known])
    except TooLittleDataError as error:
        return 0, f"the heuristic answers: {error}"
    said[begin:end] = model.probability(walked.features[begin:end])
    return model.rows, ""


def _notes(walked: Walked, first: int, found: list[Block]) -> tuple[str, ...]:
    notes = []
    unknown = int(np.isnan(walked.ended_at).sum())
    outcomes = walked.truth[labelled_rows(walked.truth, (first, walked.rows))]
    if unknown:
        notes.append(
            f"{unknown:,} of {walked.rows:,} runs have no usable completed_at: for them only the order of starts is "
            "known, so they count as known to every later run and to no earlier one."
        )
    if len(outcomes) == 0:
        notes.append("No judged run completed or failed, so there is nothing to measure the predictions against.")
    elif len(np.unique(outcomes)) == 1:
        outcome = "failed" if outcomes[0] else "succeeded"
        notes.append(f"Every judged run {outcome}: which run fails cannot be ranked, so there is no AUC.")
    answered = sum(block.trained_on == 0 for block in found)
    if answered:
        notes.append(f"In {answered} of {len(found)} blocks the documented heuristic answered: {found[0].note}.")
    return tuple(notes)
