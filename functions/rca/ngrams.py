"""A line as numbers for the classifier: which words, pairs of words and pieces of words it has."""

import re
from binascii import crc32
from collections.abc import Iterator
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

FEATURES = 2048
MOST_CHARACTERS = 400
PIECES = (3, 4, 5)

_WORD = re.compile(r"[^\W\d_]{2,40}|\d{3}\b")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def row_of(text: str) -> NDArray[np.float32]:
    """A row of 2,048 numbers, of length 1: each a square root of a count, at the place that a checksum gives.

    Case, digits and punctuation are left out (numbers of three digits are words: statuses); ``camelCase`` is two words.

    >>> row = row_of("OutOfMemoryError: heap")
    >>> row.shape, round(float(np.linalg.norm(row)), 3)
    ((2048,), 1.0)
    """
    row = np.zeros(FEATURES, np.float32)
    for piece in _pieces(text):
        row[crc32(piece.encode("utf-8", "replace")) % FEATURES] += 1.0
    row = np.sqrt(row)
    length = float(np.linalg.norm(row))
    return row / np.float32(length) if length else row


def _pieces(text: str) -> Iterator[str]:
    words = _WORD.findall(_CAMEL.sub(" ", text[:MOST_CHARACTERS]).lower())
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        yield f"w:{word}"
        yield f"p:{word} {following}"
        padded = f"<{word}>"
        for size in PIECES:
            for begin in range(len(padded) - size + 1):
                yield padded[begin : begin + size]
