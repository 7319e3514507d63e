"""The stretches of time that a backtest judges: a warm-up that is only learned from, then blocks of equal size."""

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
