"""The texts of this folder, with what is wrong in each.

Which half a text belongs to, a checksum of its id decides: it was fixed before the rules were written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
BEFORE_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Text:
    """``family`` is None where no cause can be named: a healthy log, or too little said."""

    id: str
    kind: str
    half: str
    family: str | None
    transient: bool
    text: str


def all_texts() -> list[Text]:
    """Every text; those with ``noise`` buried in so many lines of a run that goes on."""
    files = sorted(path for path in FOLDER.glob("*.yml") if path.stem != "noise")
    return [text for path in files for text in _texts(yaml.safe_load(path.read_text("utf-8")))]


def _texts(document: dict[str, Any]) -> Iterator[Text]:
    for entry in document["texts"]:
        yield Text(
            id=entry["id"],
            kind=document["kind"],
            half="validation" if sha256(entry["id"].encode()).digest()[0] % 2 else "development",
            family=entry.get("family", document.get("family")),
            transient=entry.get("transient", False),
            text=buried(entry["text"], entry["noise"]) if "noise" in entry else entry["text"],
        )


def buried(text: str, lines: int) -> str:
    """The text after 85 % of so many lines of noise, and before the rest of them."""
    noise = yaml.safe_load((FOLDER / "noise.yml").read_text("utf-8"))["lines"]
    told = [
        noise[number * 7 % len(noise)].format(
            n=number, t=f"{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
        )
        for number in range(lines)
    ]
    before = int(BEFORE_SHARE * lines)
    return "\n".join([*told[:before], text.rstrip(), *told[before:]])
