"""The whole laboratory: every fault, seed and policy at once, on one stack."""

import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from random import Random

from lab.case import Case
from lab.evidence import Evidence
from lab.fault import Fault
from lab.judge import judge
from lab.orchestrator import Orchestrator
from lab.policy import Policy
from lab.premises import Premises
from lab.source import Source
from lab.strike import limits_for
from lab.verdict import Verdict
from lab.world import USUAL, World
from local.description import StackDescription

# One after another, whosever they are: not even an outage lets everything fail in the same second.
STRIKE_EVERY_SECONDS = 0.35


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be tried. ``outage_pipelines``: how many an outage hits; None: as the fault says."""

    faults: Sequence[Fault]
    policies: Sequence[Policy]
    seeds: int = 1
    outage_pipelines: int | None = None


def run_lab(description: StackDescription, plan: Plan, *, say: Callable[[str], None]) -> list[Verdict]:
    """Try everything on a running stack; a verdict per pipeline, in the order of policy, seed and fault.

    Raises:
        LabError: the stack does not do what is asked of it.
    """
    with Premises(description) as premises:
        laboratory = Laboratory(premises, plan)
        say(f"{len(laboratory.cases)} pipelines: each runs well for a while, then its fault strikes")
        return laboratory.run()


class Laboratory:
    """The cases of a plan. Making it makes their pipelines."""

    def __init__(self, premises: Premises, plan: Plan) -> None:
        self._premises, self._plan = premises, plan
        self._workspaces: list[str] = []
        self.cases: list[Case] = []
        strikes = len(plan.policies) * plan.seeds * len(plan.faults)
        self._moments = [number * STRIKE_EVERY_SECONDS for number in range(strikes)]
        Random("moments").shuffle(self._moments)
        for policy in plan.policies:
            for seed in range(1, plan.seeds + 1):
                self._make(policy, seed)

    def run(self) -> list[Verdict]:
        """Let every case live, then judge it.

        Raises:
            LabError: a case could not be carried out.
        """
        all_ready = threading.Barrier(max(1, sum(not case.is_slow for case in self.cases)))
        with ThreadPoolExecutor(max_workers=max(1, len(self.cases))) as pool:
            lives = [pool.submit(case.live, all_ready) for case in self.cases]
            try:
                wait(lives)
            except BaseException:
                all_ready.abort()
                for case in self.cases:
                    case.stop()
                raise
        errors = [error for life in lives if (error := life.exception())]
        for error in sorted(errors, key=lambda error: isinstance(error, threading.BrokenBarrierError)):
            raise error
        failed = [
            outcome.attempt.run
            for case in self.cases
            for outcome in case.outcomes
            if outcome.status == "failed" and outcome.failed_stage is not None
        ]
        evidence = Evidence.settled(self._premises.records, self._workspaces, failed)
        return [self._judge(case, evidence) for case in self.cases]

    def _make(self, policy: Policy, seed: int) -> None:
        """A workspace for everything, and one of its own for every outage, so that the others are not taken for one."""
        common = [fault for fault in self._plan.faults if fault.pipelines == 1]
        outages = [fault for fault in self._plan.faults if fault.pipelines > 1]
        for faults in [common, *([outage] for outage in outages)]:
            if faults:
                name = f"lab {policy.name} {seed} {secrets.token_hex(3)}"
                workspace = self._premises.records.make_workspace(name)
                self._workspaces.append(workspace)
                for fault in faults:
                    self._make_cases(workspace, fault, policy, seed)

    def _make_cases(self, workspace: str, fault: Fault, policy: Policy, seed: int) -> None:
        """The pipelines that a fault strikes: several share a source and the moment."""
        if fault.pipelines > 1 and self._plan.outage_pipelines is not None:
            fault = replace(fault, pipelines=self._plan.outage_pipelines)
        source = self._premises.sources.open(Source(token=secrets.token_hex(8)))
        together = threading.Barrier(fault.pipelines)
        moment = self._moments.pop()
        for number in range(fault.pipelines):
            key = f"{fault.name}_{secrets.token_hex(4)}"
            world = World(
                key,
                self._premises.folder / key,
                Random(f"{fault.name}/{seed}/{number}"),
                sources=self._premises.sources,
                warehouse=self._premises.warehouse,
                source=source,
            )
            name = f"{fault.name} {number + 1}" if fault.pipelines > 1 else fault.name
            config = {**USUAL, **limits_for(fault)}
            pipeline = self._premises.records.make_pipeline(workspace, name, config, policy.row)
            case = Case(
                fault,
                policy,
                seed,
                world=world,
                orchestrator=Orchestrator(
                    pipeline, world, records=self._premises.records, workers=self._premises.workers
                ),
                records=self._premises.records,
                watcher=self._premises.watcher,
                slots=self._premises.slots,
                together=together,
                strikes_after_seconds=moment,
            )
            self._premises.watcher.join(workspace, pipeline, case.take)
            self.cases.append(case)

    def _judge(self, case: Case, evidence: Evidence) -> Verdict:
        return judge(
            case,
            evidence,
            config=self._premises.records.config_of(case.pipeline_id),
            published=self._premises.warehouse.published(case.world.key, case.batch),
        )
