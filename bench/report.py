"""How benchmarks print their figures."""

from collections.abc import Mapping, Sequence


def quantiles_ms(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and count, in milliseconds."""
    ordered = sorted(seconds)
    p50, p99 = (ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1e3 for share in (0.5, 0.99))
    return f"p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   n {len(ordered)}"


def show(title: str, figures: Mapping[str, str]) -> None:
    """Print a table of figures under a title."""
    width = max(map(len, figures))
    print(f"\n{title}")
    for name, figure in figures.items():
        print(f"  {name:<{width}}  {figure}")
