"""How long a run of a pipeline may take."""

from collections.abc import Mapping

from shared.row_values import number


def timeout_seconds(pipeline: Mapping[str, object]) -> float | None:
    """The timeout in the pipeline's config, which healing may change; its column where the config has none; or None.

    >>> timeout_seconds({"timeout_seconds": 1800, "config": {"timeout_seconds": 3600}})
    3600.0
    >>> timeout_seconds({"timeout_seconds": 1800, "config": {"timeout_seconds": -5}}), timeout_seconds({})
    (1800.0, None)
    """
    config = pipeline.get("config")
    configured = config.get("timeout_seconds") if isinstance(config, Mapping) else None
    seconds = (number(configured), number(pipeline.get("timeout_seconds")))
    return next((limit for limit in seconds if limit is not None and limit > 0.0), None)
