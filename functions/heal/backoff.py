"""How long to wait before a try."""

import hashlib

GROWTH = 2.0


def wait_seconds(tries: int, *, first: float, limit: float, seed: str) -> float:
    """The wait before the next try after so many that did not help: ``first``, doubled per try, at most ``limit``.

    Between half and one and a half times that, so that pipelines that failed together do not come back together
    (full jitter loses the order of the tries; see "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). The
    jitter follows from ``seed``: deciding twice decides the same.

    >>> round(wait_seconds(0, first=5, limit=600, seed="a"), 1), round(wait_seconds(2, first=5, limit=600, seed="a"), 1)
    (6.5, 25.8)
    """
    fraction = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big") / 2**32
    return min(first * GROWTH ** min(tries, 20), limit) * (0.5 + fraction)
