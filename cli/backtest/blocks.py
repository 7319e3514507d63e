"""The stretches of time that a backtest judges: a warm-up that is only learned from, then blocks of equal size."""

from datetime import UTC, datetime

from cli.backtest.result import Block
from functions.train.quality import Array, brier, labelled_rows, roc_auc

WARM_UP_SHARE, BLOCKS = 0.3, 8


def blocks_of(rows: int) -> list[tuple[int, int]]:
    """Pairs of row numbers, each block from its first row to before its last; few rows make fewer blocks.

    >>> blocks_of(100)[0], blocks_of(100)[-1], len(blocks_of(100)), blocks_of(3), blocks_of(0)
    ((30, 38), (86, 100), 8, [(0, 1), (1, 2), (2, 3)], [])
    """
    begin = int(rows * WARM_UP_SHARE)
    count = min(BLOCKS, rows - begin)
    if count <= 0:
        return []
    size = (rows - begin) // count
    return [(begin + k * size, rows if k == count - 1 else begin + (k + 1) * size) for k in range(count)]


def judged(
    truth: Array, said: Array, started_at: Array, block: tuple[int, int], *, trained_on: int = 0, note: str = ""
) -> Block:
    """The figures of one block, from the arrays of the whole history; ``truth`` below 0 is no label."""
    kept = labelled_rows(truth, block)
    begin, end = block
    return Block(
        rows=end - begin,
        begin=iso(started_at[begin]),
        end=iso(started_at[end - 1]),
        failure_rate=float(truth[kept].mean()) if len(kept) else None,
        auc=roc_auc(truth[kept], said[kept]),
        brier=brier(truth[kept], said[kept]) if len(kept) else None,
        trained_on=trained_on,
        note=note,
    )


def iso(moment: float) -> str:
    """Epoch seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
