"""Small charts as inline SVG: scales, axes and marks. Colours and dashes are classes of the page's style sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cli.backtest.report_words import shown

WIDTH, HEIGHT = 400, 290
LEFT, RIGHT, TOP, BOTTOM = 50, 388, 12, 244

Ticks = Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from ``low`` to ``high`` onto units of the drawing."""

    low: float
    high: float
    begin: float
    end: float

    def __call__(self, value: float) -> float:
        """Where the number lies; a scale without extent puts all in its middle."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(self.begin + share * (self.end - self.begin), 2)


@dataclass(frozen=True, slots=True)
class Axes:
    """A plane to draw in: by default both ways from 0 to 1 over the whole drawing."""

    x: Scale = Scale(0.0, 1.0, LEFT, RIGHT)
    y: Scale = Scale(0.0, 1.0, BOTTOM, TOP)

    def line(self, xs: Iterable[float], ys: Iterable[float], style: str) -> str:
        """A line through the points."""
        points = " ".join(f"{self.x(x):g},{self.y(y):g}" for x, y in zip(xs, ys, strict=True))
        return f'<polyline class="line {style}" points="{points}"/>'

    def dots(self, xs: Iterable[float], ys: Iterable[float], style: str) -> str:
        """A dot at each point."""
        return "".join(
            f'<circle class="fill {style}" cx="{self.x(x):g}" cy="{self.y(y):g}" r="4"/>'
            for x, y in zip(xs, ys, strict=True)
        )

    def bar(self, across: tuple[float, float], upright: tuple[float, float], style: str) -> str:
        """A bar between two numbers across and two upright."""
        left, right = self.x(across[0]), self.x(across[1])
        bottom, top = self.y(upright[0]), self.y(upright[1])
        size = f'x="{left:g}" y="{top:g}" width="{right - left:.2f}" height="{bottom - top:.2f}"'
        return f'<rect class="fill {style}" {size}/>'

    def text(self, x: float, y: float, text: str) -> str:
        """A short text, centred above a point."""
        return f'<text class="small" x="{self.x(x):g}" y="{self.y(y) - 3:g}" text-anchor="middle">{shown(text)}</text>'

    def grid(self, x_ticks: Ticks, y_ticks: Ticks, *, across: str = "", upright: str = "") -> str:
        """Lines at the upright ticks, texts at all of them, and a name for either axis."""
        left, right, bottom = self.x.begin, self.x.end, self.y.begin
        parts = []
        for value, label in y_ticks:
            y = self.y(value)
            parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y:g}" y2="{y:g}"/>')
            parts.append(f'<text x="{left - 6}" y="{y + 4:g}" text-anchor="end">{shown(label)}</text>')
        for place, (value, label) in enumerate(x_ticks):
            is_edge = len(x_ticks) > 1 and place == len(x_ticks) - 1
            x, anchor = (right, "end") if is_edge else (self.x(value), "middle")
            parts.append(f'<text x="{x:g}" y="{BOTTOM + 17}" text-anchor="{anchor}">{shown(label)}</text>')
        middle = (self.y.begin + self.y.end) / 2
        parts.append(f'<text x="{(left + right) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{shown(across)}</text>')
        if upright:
            turned = f'transform="rotate(-90 11 {middle})" text-anchor="middle"'
            parts.append(f'<text x="11" y="{middle}" {turned}>{shown(upright)}</text>')
        parts.append(f'<line class="axis" x1="{left}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
        return "".join(parts)


def svg(key: str, marks: str, *, title: str, desc: str) -> str:
    """A drawing that a screen reader names by ``title`` and describes by ``desc``; ``key`` is unique in the page."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc"><title id="{key}-title">{shown(title)}</title>'
        f'<desc id="{key}-desc">{shown(desc)}</desc>{marks}</svg>'
    )


def legend(entries: Iterable[tuple[str, str, str]]) -> str:
    """Mark (``line`` or ``fill``), style and name of each series, as a list."""
    items = []
    for mark, style, name in entries:
        drawn = '<path d="M0 6H26"' if mark == "line" else '<path d="M7 0H19V12H7Z"'
        swatch = '<svg xmlns="http://www.w3.org/2000/svg" class="swatch" viewBox="0 0 26 12" aria-hidden="true">'
        items.append(f'<li>{swatch}{drawn} class="{mark} {style}"/></svg> {shown(name)}</li>')
    return f'<ul class="legend">{"".join(items)}</ul>'


def count_ticks(most: int) -> Ticks:
    """Whole numbers from 0 up to a round one that is not below ``most``.

    >>> count_ticks(7), count_ticks(1300)[-1]
    ([(0, '0'), (2, '2'), (4, '4'), (6, '6'), (8, '8')], (1500, '1,500'))
    """
    step = 1
    while step * 5 < most:
        first = str(step)[0]
        step = step * 5 // 2 if first == "2" else step * 2
    return [(value, f"{value:,}") for value in range(0, max(1, -(-most // step)) * step + 1, step)]
