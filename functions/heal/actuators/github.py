"""GitHub Actions: runs the failed jobs of a workflow run again."""

from collections.abc import Mapping
from typing import Any

from functions.heal.actuators.http import Http
from functions.heal.actuators.port import ActuatorError, Order, text_of

UNDER_WAY = ("queued", "in_progress", "waiting", "requested", "pending")


class GitHub:
    """Orders for GitHub Actions. Settings: ``owner``, ``repository``. The run's metadata: ``github_run_id``, and
    ``github_run_attempt`` where it is known. The secret is the bearer token.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    def act(self, order: Order) -> Mapping[str, Any]:
        """Rerun the failed jobs of a run that failed and has not been rerun since.

        Raises:
            ActuatorError: the run is not one that failed, GitHub refused, or nobody knows.
        """
        owner, repository = text_of(order, order.settings, "owner"), text_of(order, order.settings, "repository")
        run_id = text_of(order, {"github_run_id": str(order.run.get("github_run_id", ""))}, "github_run_id")
        url = f"{order.url.rstrip('/')}/repos/{owner}/{repository}/actions/runs/{run_id}"
        before = self._look(url, order)
        known = order.run.get("github_run_attempt", 1)
        if before["status"] in UNDER_WAY or (isinstance(known, int) and before["run_attempt"] > known):
            return {"run_attempt": before["run_attempt"], "was": "rerun before"}
        if before["conclusion"] not in ("failure", "timed_out"):
            raise ActuatorError(f"run {run_id} ended with {before['conclusion']!r}: only a failed one is rerun")
        status, answer = self._http.send("POST", f"{url}/rerun-failed-jobs", headers=_headers(order))
        if status != 201:
            raise ActuatorError(f"GitHub refused with {status}: {str(answer)[:300]}")
        return {"run_attempt": before["run_attempt"] + 1}

    def _look(self, url: str, order: Order) -> Mapping[str, Any]:
        status, run = self._http.send("GET", url, headers=_headers(order))
        if status != 200:
            raise ActuatorError(f"GitHub refused with {status}: {str(run)[:300]}")
        if not isinstance(run, Mapping) or not isinstance(run.get("run_attempt"), int) or "conclusion" not in run:
            raise ActuatorError(f"GitHub's answer is not understood: {str(run)[:300]}")
        return run


def _headers(order: Order) -> dict[str, str]:
    return {
        "authorization": f"Bearer {order.secret}",
        "accept": "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
        "user-agent": "flexiroaster",
    }
