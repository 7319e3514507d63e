"""What stands in quotation marks: a value, a key, or a sentence."""

import re

from shared.signatures.codes import begins_with_code
from shared.signatures.words import HTTP_METHODS, MASK, TYPE_NAMES

_QUOTED = re.compile(r"""(?<!\w)(?:"([^"\n]{0,512})"|'([^'\n]{0,512})'|`([^`'\n]{0,512})['`])(?!\w)(\s?:)?""")
_MARKS = re.compile(r"[\"'`]")
_KEY = re.compile(r"[A-Za-z_][\w.-]{0,63}")
SENTENCE_WORDS = 3


def mask_quoted(text: str) -> str:
    """The text with a mask for each quoted value; keys, names of types and sentences stay, without their marks.

    >>> mask_quoted("no column 'x2' in \\"the table of orders\\" {'status': 'int'}").replace(MASK, "#")
    'no column # in the table of orders {status: int}'
    """
    return _QUOTED.sub(_unquoted, text) if _MARKS.search(text) else text


def _unquoted(match: re.Match[str]) -> str:
    inner = next(filter(None, match.group(1, 2, 3)), "")
    colon = match.group(4) or ""
    if (colon and _KEY.fullmatch(inner)) or inner in TYPE_NAMES or begins_with_code(inner) or _is_sentence(inner):
        return f"{inner}{colon}"
    return f"{MASK}{colon}"


def _is_sentence(inner: str) -> bool:
    words = inner.split()
    if len(words) < SENTENCE_WORDS:
        return False
    return words[0] in HTTP_METHODS or sum(word.isalpha() and word.islower() for word in words) >= SENTENCE_WORDS - 1
