"""Halves of the pipelines, so that every pipeline is unknown to half of those that learn."""

from collections.abc import Iterator

import numpy as np

from functions.train.quality import Array


def pipeline_halves(pipeline: Array, *, pairs: int, seed: int) -> Iterator[Array]:
    """Masks over the rows of ``pipeline`` ([n], any labels): ``pairs`` times one random half of the pipelines, then the
    other half. The same labels and seed give the same halves, whatever the order of the rows. One pipeline alone has no
    halves.

    >>> pipeline = np.array(["etl", "etl", "tests", "report", "deploy"])
    >>> for half in pipeline_halves(pipeline, pairs=1, seed=1):
    ...     print(pipeline[half])
    ['etl' 'etl' 'deploy']
    ['tests' 'report']
    """
    names, place = np.unique(pipeline, return_inverse=True)
    random = np.random.default_rng(seed)
    for _ in range(pairs if len(names) > 1 else 0):
        is_first = random.permutation(len(names)) < len(names) / 2
        yield is_first[place]
        yield ~is_first[place]
