"""The features of a run that is about to start: their order, names, units and meaning are a contract."""

import hashlib
from typing import NamedTuple


class Feature(NamedTuple):
    """One place of `PipelineState.vector`."""

    name: str
    unit: str
    meaning: str


FEATURES: tuple[Feature, ...] = (
    Feature("pipeline_failure_rate_3_runs", "share", "failures of the pipeline, half-life 3 runs, shrunk"),
    Feature("pipeline_failure_rate_10_runs", "share", "likewise, half-life 10 runs"),
    Feature("pipeline_failure_rate_30_runs", "share", "likewise, half-life 30 runs"),
    Feature("pipeline_failure_rate_1h", "share", "failures of the pipeline, half-life an hour, shrunk"),
    Feature("pipeline_failure_rate_1d", "share", "likewise, half-life a day"),
    Feature("pipeline_failure_rate_7d", "share", "likewise, half-life a week"),
    Feature("pipeline_runs_1h", "log1p runs", "runs of the pipeline, half-life an hour"),
    Feature("pipeline_runs_1d", "log1p runs", "likewise, half-life a day"),
    Feature("pipeline_runs_known", "log1p runs", "runs of the pipeline learned so far"),
    Feature("failure_streak", "log1p runs", "failures in a row up to the last run"),
    Feature("success_streak", "log1p runs", "successes in a row up to the last run"),
    Feature("failure_rate_after_same_outcome", "share", "failures of the runs that followed an outcome like the last"),
    Feature("owner_failure_rate_1h", "share", "failures over all pipelines of the owner, half-life an hour, shrunk"),
    Feature("owner_failure_rate_1d", "share", "likewise, half-life a day"),
    Feature("owner_failure_rate_7d", "share", "likewise, half-life a week"),
    Feature("owner_runs_1h", "log1p runs", "runs of the owner, half-life an hour"),
    Feature("owner_runs_1d", "log1p runs", "likewise, half-life a day"),
    Feature("workspace_failure_rate_1h", "share", "failures over all pipelines, half-life an hour, shrunk"),
    Feature("workspace_failure_rate_1d", "share", "likewise, half-life a day"),
    Feature("workspace_failure_rate_7d", "share", "likewise, half-life a week"),
    Feature("workspace_runs_1h", "log1p runs", "runs of the workspace, half-life an hour"),
    Feature("seconds_since_end", "log1p seconds", "since the last known end; 90 days where there is none"),
    Feature("seconds_since_success", "log1p seconds", "since the last success, likewise"),
    Feature("seconds_since_failure", "log1p seconds", "since the last failure, likewise"),
    Feature("seconds_since_start", "log1p seconds", "since the last start of a run that has ended, likewise"),
    Feature("lateness", "log ratio", "time since the last start against the usual gap between starts"),
    Feature("usual_gap_seconds", "log1p seconds", "usual gap between starts; 0 where it is not known"),
    Feature("attempt", "log1p attempts", "attempt number"),
    Feature("attempt_failure_rate", "share", "failures of runs with this attempt number, shrunk"),
    Feature("trigger_failure_rate", "share", "failures of runs with this trigger type, shrunk"),
    Feature("version_failure_rate", "share", "failures of runs on this config version, shrunk"),
    Feature("version_age_seconds", "log1p seconds", "since the first run on this config version"),
    Feature("version_runs", "log1p runs", "runs on this config version"),
    Feature("context_failure_rate_mean", "share", "failures of runs with like labels and magnitudes, over all keys"),
    Feature("context_failure_rate_max", "share", "likewise, the worst key"),
    Feature("context_failure_rate_min", "share", "likewise, the best key"),
    Feature("context_known", "share", "share of this run's labels and magnitudes that were seen before"),
    Feature("metadata_deviation", "spreads", "largest distance of a metadata number from the pipeline's usual"),
    Feature("requested_cpus", "log1p count", "declared processors; 0 where not declared"),
    Feature("requested_seconds", "log1p seconds", "declared run time; 0 where not declared"),
    Feature("duration_of_request", "log ratio", "usual duration of a success against requested_seconds; 0 if unknown"),
    Feature("usual_duration_seconds", "log1p seconds", "median duration of successes; 0 where not known"),
    Feature("last_duration_deviation", "spreads", "the last run's duration against its baseline then"),
    Feature("last_measure_deviation", "spreads", "the last run's strangest other measure against its baseline then"),
    Feature("queue_seconds", "log1p seconds", "from creation to start"),
    Feature("error_repeats", "log1p runs", "failures in a row with the same error signature"),
    Feature("hour_of_day_sin", "sine", "hour of the day, UTC"),
    Feature("hour_of_day_cos", "cosine", "hour of the day, UTC"),
    Feature("weekend", "0 or 1", "Saturday or Sunday, UTC"),
)

INDEX: dict[str, int] = {feature.name: place for place, feature in enumerate(FEATURES)}
FINGERPRINT = hashlib.sha256("\n".join(f"{f.name}\t{f.unit}" for f in FEATURES).encode()).hexdigest()
