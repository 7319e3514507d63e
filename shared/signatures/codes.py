"""Numbers that say which failure it is: exit codes, HTTP statuses, errno, SQLSTATE, vendors' error numbers.

They are shielded from the masks by digits from the private use area, and unshielded in the finished template.
"""

import re

_SHIELD = str.maketrans("0123456789", "".join(chr(0xE000 + digit) for digit in range(10)))
_UNSHIELDED = frozenset(chr(0xE000 + digit) for digit in range(10))
_UNSHIELD = str.maketrans({chr(0xE000 + digit): str(digit) for digit in range(10)})
_GAP = r"[\s:=\"'(\[]{0,4}"
_CODE = re.compile(
    rf"""
      # The record of a request that was answered: its status is a value, unless the server failed.
      \bHTTP/[0-9.]{{1,4}}["']\s(?:status:?\s)?[1-4][0-9]{{2}}\b
    | \b(?:exit(?:ed|s)?[\s_-]?(?:with[\s_-])?(?:non-?zero[\s_-])?(?:exit[\s_-])?(?:code|status)?
        |ret(?:urn(?:ed|s)?)?[\s_-]?(?:exit[\s_-])?(?:code|status)|rc(?=[:=])){_GAP}(-?[0-9]{{1,10}})\b
    | \b(?:HTTP(?:/[0-9.]{{1,4}})?["']?(?:\s?error)?
        |(?:HTTP[\s_-]?)?status(?:[\s_-]?code)?|(?:response|http|error)[\s_-]?code)
        {_GAP}([45][0-9]{{2}})\b
    | \b([45][0-9]{{2}})(?=[\s:](?:client|server)\ error\b)
    | \b(?:client|server)\ error{_GAP}([45][0-9]{{2}})\b
    | \b(?:errno|win\s?error|os\ error|error[\s_-]?code|errorcode|hresult|sqlcode)
        {_GAP}(0x[0-9a-f]{{1,16}}|-?[1-9][0-9]{{0,9}}|[A-Z]{{1,6}}-?[0-9]{{1,6}})\b
    | \b(?:sqlstate|pgcode){_GAP}([0-9A-Z]{{5}})\b
    | \berror\ ([0-9]{{4}}\ \([0-9A-Z]{{5}}\))
    | \b((?:ORA|PLS|TNS|PGRST|RMAN|DPI|DPY|AADSTS|SQL)-?[0-9]{{3,6}}N?)\b
    | \b(?:by|with|on|got|caught)\ signal{_GAP}([0-9]{{1,2}})\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def shield_codes(text: str) -> str:
    """The text with the digits of error codes shielded.

    >>> unshield_codes(shield_codes("exit code 137 after 12 s")), shield_codes("12 rows") == "12 rows"
    ('exit code 137 after 12 s', True)
    """
    return _CODE.sub(_shielded, text)


def begins_with_code(text: str) -> bool:
    """Whether a text begins with the digits of a shielded code."""
    return text[:1] in _UNSHIELDED


def unshield_codes(text: str) -> str:
    """The text with plain digits again."""
    return text.translate(_UNSHIELD)


def _shielded(match: re.Match[str]) -> str:
    whole, index = match.group(), match.lastindex
    if index is None:
        return whole
    start, end = match.start(index) - match.start(), match.end(index) - match.start()
    return whole[:start] + whole[start:end].translate(_SHIELD) + whole[end:]
