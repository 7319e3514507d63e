"""Names as keys of stored state: short, plain, and still told apart."""

import re
import zlib
from functools import lru_cache

MAX_KEY_CHARACTERS = 32
_NOT_PLAIN = re.compile(r"[^ !#-\[\]-~]")  # JSON would write it longer than it is


@lru_cache(maxsize=4096)
def checksum(text: str) -> str:
    """Eight hexadecimal digits.

    >>> checksum("branch=main")
    '86de59de'
    """
    return f"{zlib.crc32(text.encode('utf-8', 'replace')):08x}"


@lru_cache(maxsize=4096)
def short_key(name: str) -> str:
    """The name itself where it is short and plain; otherwise its beginning and a checksum.

    >>> short_key("cpu_percent"), short_key("a name that is much longer than it should be")
    ('cpu_percent', 'a name that is much lon~c7c9973c')
    """
    if len(name) <= MAX_KEY_CHARACTERS and not _NOT_PLAIN.search(name):
        return name
    return f"{_NOT_PLAIN.sub('?', name[: MAX_KEY_CHARACTERS - 9])}~{checksum(name)}"
