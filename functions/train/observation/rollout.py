"""What is to be done about the models of one kind: who goes up a rung, who leaves it, and who is rolled back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from functions.train.evaluation import MARGIN
from functions.train.observation.answers import AnsweredRun, Answers
from functions.train.observation.deployment import CANARY, NEXT_RUNG, PRODUCTION, SHADOW, Deployment
from functions.train.observation.findings import Finding
from functions.train.observation.regression_test import regression_test
from functions.train.observation.rung_test import Verdict, rung_test, worst

MIN_SERVED = 10  # labelled runs that a canary itself served


@dataclass(slots=True)
class Decisions:
    """The steps to take and the alerts to raise, as ``complete_observation`` takes them."""

    steps: list[Mapping[str, Any]] = field(default_factory=list)
    alerts: list[Mapping[str, Any]] = field(default_factory=list)


def decide(findings: Sequence[Finding], answers: Answers) -> Decisions:
    """Judge the models of one kind and write the verdicts into their findings."""
    decisions = Decisions()
    by_rung = {finding.deployment.rung: finding for finding in findings}
    if PRODUCTION in by_rung:
        _judge_production(by_rung[PRODUCTION], answers, decisions)
    for rung in (CANARY, SHADOW):
        if rung in by_rung:
            _judge_challenger(by_rung[rung], by_rung, answers, decisions)
    return decisions


def _judge_production(finding: Finding, answers: Answers, decisions: Decisions) -> None:
    deployment = finding.deployment
    if not deployment.is_tested:
        finding.verdict = "serves until a person decides otherwise"
        return
    failed, said, heuristic = answers.paired(
        lambda run: run.of_version(deployment.model.id), _heuristic, since=deployment.since
    )
    found = regression_test(failed, said, heuristic, earlier=answers.earlier)
    finding.labelled, finding.regressed = answers.earlier + len(failed), found.regressed
    finding.test = {**asdict(found), "reference": "heuristic"}
    if not found.regressed:
        finding.verdict = "serves; not shown to be worse than the heuristic"
        return
    finding.verdict = (
        f"over the last {found.rows:,} labelled runs its Brier score less that of the heuristic is "
        f"{found.difference:+.4f}, where {MARGIN:+} is the limit"
    )
    decisions.alerts.append(_alert(finding))
    if not deployment.pinned:
        decisions.steps.append(_step("roll_back", finding))


def _judge_challenger(finding: Finding, by_rung: Mapping[str, Finding], answers: Answers, decisions: Decisions) -> None:
    deployment, production = finding.deployment, by_rung.get(PRODUCTION)
    if production and production.deployment.model.id == deployment.model.id:
        finding.verdict = "it is in production already"
        decisions.steps.append(_step("withdraw", finding))
        return
    if not deployment.is_tested:
        finding.verdict = "waits for a person: there is no test for this kind"
        return
    if production and production.regressed:
        finding.verdict = "waits: production is being rolled back"
        return
    verdict = _test(deployment, production.deployment if production else None, answers)
    finding.labelled, finding.verdict, finding.test = verdict.rows, verdict.words, asdict(verdict)
    if verdict.decision == "fail":
        decisions.steps.append(_step("withdraw", finding))
    elif verdict.decision == "pass":
        above = by_rung.get(NEXT_RUNG[deployment.rung])
        if production and production.deployment.pinned:
            finding.verdict += "; it passed, but a person has pinned production"
        elif deployment.rung == SHADOW and above:
            finding.verdict += "; it passed, and waits until the canary has left"
        else:
            decisions.steps.append(_step("advance", finding, above=above.deployment if above else None))


def _test(deployment: Deployment, production: Deployment | None, answers: Answers) -> Verdict:
    """Against what serves, and against the heuristic where that is another: who is merely better than a bad model in
    production is not let in."""
    challenger = deployment.model.id

    def challenging(run: AnsweredRun) -> float | None:
        return run.of_version(challenger)

    since = max(deployment.since, production.since if production else deployment.since)
    failed, said, heuristic = answers.paired(challenging, _heuristic, since=since)
    verdicts = [rung_test(failed, said, heuristic, name="the heuristic")]
    if production:
        serving = production.model.id
        pairs = answers.paired(challenging, lambda run: run.of_version(serving), since=since)
        verdicts.append(rung_test(*pairs, name="production"))
    verdict = worst(verdicts)
    served = sum(run.served_by == challenger and run.answered_at >= since for run in answers.labelled)
    if deployment.rung == CANARY and verdict.decision == "pass" and served < MIN_SERVED:
        return Verdict("wait", f"needs {MIN_SERVED - served} more labelled runs that it served itself", verdict.rows)
    return verdict


def _heuristic(run: AnsweredRun) -> float | None:
    return run.of_rung("none")


def _step(action: str, finding: Finding, *, above: Deployment | None = None) -> Mapping[str, Any]:
    deployment = finding.deployment
    return {
        "action": action,
        "kind": deployment.kind,
        "rung": deployment.rung,
        "model_version_id": deployment.model.id,
        # As they were when it was decided: of two observers at once, the later one moves nothing.
        "generation": deployment.generation,
        "next_generation": above and above.generation,
        "reason": finding.verdict,
        "evidence": finding.test,
    }


def _alert(finding: Finding) -> Mapping[str, Any]:
    deployment = finding.deployment
    name = deployment.model.model_version
    if deployment.pinned:
        done = "A person has pinned it, so it still serves: `flexiroaster models roll-back` takes it back"
    elif deployment.previous_version_id:
        done = "The version before serves again, and training was asked for"
    else:
        done = "The heuristic answers again, and training was asked for"
    return {
        "kind": deployment.kind,
        "title": f"{name} became worse in production",
        "message": f"{name}: {finding.verdict}. {done}.",
        "model_version": name,
        "evidence": finding.test,
    }
