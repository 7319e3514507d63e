"""A text of any size as a bounded one without control characters, colours or endless words."""

import re

from shared.signatures.words import MASK, SHOWN

WINDOW_CHARACTERS = 8_192
LONGEST_WORD = 256

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]{0,64}+[ -/]{0,8}+[@-~]|\][^\x07\x1b\n]{0,512}(?:\x07|\x1b\\)|[@-Z\\-_])")
_WORD = r"[^\s\"'`,;]"
_ENDLESS = re.compile(rf"(?<!{_WORD}){_WORD}{{{LONGEST_WORD},}}+")
_UNPRINTABLE = dict.fromkeys([*range(0x20), 0x7F, *range(0x80, 0xA0), *range(0xE000, 0xE00A), 0xFEFF], " ") | {
    0x0A: "\n"
}


def plain_text(text: str) -> str:
    """The first and the last 8,192 characters, with spaces for control characters and a mask for endless words.

    Time is linear in those windows, whatever the size of the text.

    >>> plain_text("\\x1b[31mdisk is full\\x1b[0m\\r\\n")
    'disk is full \\n'
    """
    if len(text) > 2 * WINDOW_CHARACTERS:
        head, tail = text[:WINDOW_CHARACTERS], text[-WINDOW_CHARACTERS:]
        text = ("\n" if "\n" in head else " ").join((head, tail))
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if not text.isprintable():
        text = text.translate(_UNPRINTABLE)
    if len(text) > LONGEST_WORD:
        text = _ENDLESS.sub(MASK, text)
    return text.replace(SHOWN, MASK)
