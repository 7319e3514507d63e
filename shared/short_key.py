"""Names as keys of stored state: short, plain, and still told apart."""

import zlib
from functools import lru_cache

MAX_KEY_CHARACTERS = 32


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
    if len(name) <= MAX_KEY_CHARACTERS and name.isascii() and name.isprintable():
        return name
    plain = name[: MAX_KEY_CHARACTERS - 9].encode("ascii", "replace").decode()
    return f"{plain if plain.isprintable() else ''}~{checksum(name)}"
