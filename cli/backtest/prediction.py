"""What `predict` would have said: a model for each block, trained on what was known when the block began."""

from collections.abc import Callable

import numpy as np

from cli.backtest.baselines import baselines
from cli.backtest.blocks import blocks_of
from cli.backtest.result import Backtest, Block
from cli.backtest.walked import Walked, iso
from functions.train.failure_model import TooLittleDataError, fit_failure_model
from functions.train.quality import Array, measure_quality, roc_auc


def judge_predictions(walked: Walked, *, history: str, say: Callable[[str], None]) -> Backtest:
    """Train block by block through time and compare with the baselines; ``seconds`` and memory are left at 0."""
    blocks = blocks_of(walked.rows)
    said, found = walked.heuristic.copy(), []
    for number, (begin, end) in enumerate(blocks, start=1):
        trained_on, note = _predict_block(walked, said, begin, end)
        found.append(_block(walked, said, begin, end, trained_on=trained_on, note=note))
        say(f"Block {number} of {len(blocks)}: {note or f'trained on {trained_on:,} runs'}")
    first = blocks[0][0] if blocks else walked.rows
    names = np.array(walked.names, dtype=object)[walked.pipeline] if walked.rows else np.array([], dtype=object)
    methods = baselines(walked.truth, walked.known, warm_up=first)
    qualities = {
        name: measure_quality(walked.truth, answers, pipeline=walked.pipeline, blocks=blocks) if blocks else None
        for name, answers in methods.items()
    }
    labelled = walked.truth[walked.truth >= 0]
    quality = measure_quality(walked.truth, said, pipeline=walked.pipeline, blocks=blocks) if blocks else None
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
        seconds=0.0,
        peak_memory_mb=0.0,
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


def _block(walked: Walked, said: Array, begin: int, end: int, *, trained_on: int, note: str) -> Block:
    kept = np.arange(begin, end)[walked.truth[begin:end] >= 0]
    truth, answers = walked.truth[kept], said[kept]
    return Block(
        rows=end - begin,
        begin=iso(walked.started_at[begin]),
        end=iso(walked.started_at[end - 1]),
        failure_rate=float(truth.mean()) if len(kept) else None,
        auc=roc_auc(truth, answers),
        brier=float(np.mean((answers - truth) ** 2)) if len(kept) else None,
        trained_on=trained_on,
        note=note,
    )


def _notes(walked: Walked, first: int, found: list[Block]) -> tuple[str, ...]:
    notes = []
    unknown = int(np.isnan(walked.ended_at).sum())
    judged = walked.truth[first:]
    judged = judged[judged >= 0]
    if unknown:
        notes.append(
            f"{unknown:,} of {walked.rows:,} runs have no usable completed_at: for them only the order of starts is "
            "known, so they count as known to every later run and to no earlier one."
        )
    if len(judged) == 0:
        notes.append("No judged run completed or failed, so there is nothing to measure the predictions against.")
    elif len(np.unique(judged)) == 1:
        outcome = "failed" if judged[0] else "succeeded"
        notes.append(f"Every judged run {outcome}: which run fails cannot be ranked, so there is no AUC.")
    answered = sum(block.trained_on == 0 for block in found)
    if answered:
        notes.append(f"In {answered} of {len(found)} blocks the documented heuristic answered: {found[0].note}.")
    return tuple(notes)
