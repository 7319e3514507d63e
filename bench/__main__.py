"""All benchmarks one after the other: ``python -m bench``, or those that are named: ``python -m bench latency``."""

import runpy
import sys

BENCHMARKS = (
    "features",
    "signatures",
    "diagnosis",
    "onnx_models",
    "quality",
    "durations",
    "detection",
    "training",
    "cold_start",
    "latency",
    "throughput",
)


def main() -> None:
    """Run the named benchmarks, or all."""
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        raise SystemExit(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    for name in names:
        sys.argv = [f"bench.{name}"]
        runpy.run_module(f"bench.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
