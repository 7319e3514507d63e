"""Outcomes that the pipelines of a workspace share: the workspace's own and its owners'."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.outcome_history import OutcomeHistory

_WORKSPACE, _OWNER = "workspace", "owner"


class Histories:
    """What was known when a batch began, what the batch has added since, and the additions alone.

    The additions are what is stored: other instances add theirs at the same time, and adding is commutative.
    """

    def __init__(self, workspace_id: str, documents: Iterable[Mapping[str, Any]] = ()) -> None:
        self._workspace_id = workspace_id
        self._known = {(d["scope"], d["key"]): OutcomeHistory.from_json(d) for d in documents}
        self._added: dict[tuple[str, str], OutcomeHistory] = {}

    def workspace(self) -> OutcomeHistory:
        """Outcomes over all pipelines of the workspace."""
        return self._of(self._known, (_WORKSPACE, self._workspace_id))

    def owner(self, owner_id: str | None) -> OutcomeHistory:
        """Outcomes over all pipelines of an owner; empty where a pipeline has none."""
        return OutcomeHistory() if owner_id is None else self._of(self._known, (_OWNER, owner_id))

    def update(self, owner_id: str | None, *, at: float, failed: bool) -> None:
        """Count one run that ended at ``at`` (epoch seconds)."""
        scopes = [(_WORKSPACE, self._workspace_id)]
        if owner_id is not None:
            scopes.append((_OWNER, owner_id))
        for scope in scopes:
            self._of(self._known, scope).update(at, failed)
            self._of(self._added, scope).update(at, failed)

    def additions(self) -> list[dict[str, Any]]:
        """What this batch added, as ``complete_…`` takes it."""
        return [{"scope": scope, "key": key, **history.to_json()} for (scope, key), history in self._added.items()]

    @staticmethod
    def _of(histories: dict[tuple[str, str], OutcomeHistory], scope: tuple[str, str]) -> OutcomeHistory:
        return histories.setdefault(scope, OutcomeHistory())
