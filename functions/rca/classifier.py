"""What the words of a line are like: a small statistical classifier for what no rule knows."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from functions.rca.ngrams import row_of
from functions.rca.subcause import all_subcauses

MODEL = Path(__file__).parent / "classifier.onnx"


def shares_of(lines: Sequence[str]) -> list[Mapping[str, float]]:
    """Of each line the probability of each subcause; what is missing from 1 is "none of them".

    >>> shares = shares_of(["the kernel killed the worker since its memory ran out"])[0]
    >>> max(shares, key=shares.get)
    'memory_exhausted'
    """
    if not lines:
        return []
    answers = _session().run(["answer"], {"row": np.stack([row_of(line) for line in lines])})[0]
    return [dict(zip(all_subcauses(), map(float, answer), strict=False)) for answer in answers]


@cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(MODEL.read_bytes(), options, providers=["CPUExecutionProvider"])
