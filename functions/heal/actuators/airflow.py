"""Airflow 3: clears the failed task instances of one DAG run, and never more than that.

``POST /api/v2/dags/{dag_id}/clearTaskInstances`` without ``dag_run_id`` and task ids clears every run of the DAG. So
both are always sent, a dry run is looked at first, and the order is carried out only if it lists exactly what is meant.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from functions.heal.actuators.http import Http
from functions.heal.actuators.port import ActuatorError, Order, text_of


class Airflow:
    """Orders for Airflow. Settings: ``dag_id``. The run's metadata: ``dag_run_id``, and ``task_ids`` for its stages
    where they have other names. The secret is the bearer token.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    def act(self, order: Order) -> Mapping[str, Any]:
        """Clear the tasks, after a dry run that lists them and nothing else.

        Raises:
            ActuatorError: the dry run listed something else, Airflow refused, or nobody knows.
        """
        dag_id, run_id = text_of(order, order.settings, "dag_id"), text_of(order, order.run, "dag_run_id")
        names = order.run.get("task_ids") or {}
        tasks = [names.get(stage, stage) for stage in order.stages or ()]
        if not tasks or not all(isinstance(task, str) and task for task in tasks):
            raise ActuatorError("which tasks to clear is not known: without task ids Airflow would clear all")
        url = f"{order.url.rstrip('/')}/api/v2/dags/{dag_id}/clearTaskInstances"
        body = {
            "dag_run_id": run_id,
            "task_ids": tasks,
            "only_failed": True,
            "include_upstream": False,
            "include_downstream": False,
            "include_future": False,
            "include_past": False,
            "reset_dag_runs": True,
        }
        listed = self._clear(url, {**body, "dry_run": True}, order)
        meant = {(run_id, task) for task in tasks}
        if not listed:
            # None of them has failed any more: an earlier try of this order got through, or somebody was faster.
            return {"cleared": [], "was": "cleared before"}
        if listed != meant:
            raise ActuatorError(f"the dry run lists {_said(listed)} where {_said(meant)} is meant: nothing was cleared")
        cleared = self._clear(url, {**body, "dry_run": False}, order)
        if cleared != listed:
            raise ActuatorError(f"{_said(cleared)} was cleared where {_said(listed)} was meant: a person must look")
        return {"cleared": sorted(task for _, task in cleared)}

    def _clear(self, url: str, body: Mapping[str, Any], order: Order) -> set[tuple[str, str]]:
        headers = {"authorization": f"Bearer {order.secret}"}
        status, answer = self._http.send("POST", url, body=json.dumps(body).encode(), headers=headers)
        if status != 200:
            raise ActuatorError(f"Airflow refused with {status}: {str(answer)[:300]}")
        try:
            return {(one["dag_run_id"], one["task_id"]) for one in answer["task_instances"]}
        except (KeyError, TypeError) as error:
            raise ActuatorError(f"Airflow's answer is not understood: {str(answer)[:300]}") from error


def _said(tasks: Collection[tuple[str, str]]) -> str:
    return ", ".join(f"{task} of {run}" for run, task in sorted(tasks)[:5]) or "nothing"
