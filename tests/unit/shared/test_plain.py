from dataclasses import dataclass

from shared.plain import plain


@dataclass(frozen=True, slots=True)
class Bean:
    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Roast:
    beans: tuple[Bean, ...]
    dark: bool
    note: str | None = None


def test_nested_decisions_become_plain_values_with_short_numbers() -> None:
    roast = Roast((Bean("bourbon", 1 / 3),), dark=True)
    assert plain(roast) == {"beans": [{"name": "bourbon", "weight": 0.333333}], "dark": True, "note": None}
