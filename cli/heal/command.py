"""The `heal` subcommands."""

from typing import Any
from uuid import UUID

import click

from cli.heal.simulate import simulate
from cli.heal.text import history_text, plan_text
from cli.models.registry import Registry, subcommand
from cli.output import Output
from functions.heal.question import shown
from shared.errors import Refused


@click.group()
def heal() -> None:
    """Show, approve and reject what healing plans; look back at what it did; try a policy on a history.

    Exit code 0 when it was done, 1 when it was refused or there was nothing to do.
    """


heal.add_command(simulate)


@heal.command()
@click.argument("execution", type=click.UUID)
@subcommand
def plan(registry: Registry, output: Output, execution: UUID) -> None:
    """What is, or would be, done about a failed EXECUTION. Nothing is done."""
    context = registry.call("healing_context", of_execution=str(execution))
    if context is None:
        raise click.ClickException(f"There is no execution {execution} in your workspaces.")
    try:
        found = shown(context)
    except Refused as error:
        raise click.ClickException(f"{error.detail}.") from error
    output.say(plan_text(found))
    output.result(found)


@heal.command()
@click.argument("plan_id", metavar="PLAN", type=click.UUID)
@click.option("--note", help="Why, for the audit.")
@subcommand
def approve(registry: Registry, output: Output, plan_id: UUID, note: str | None) -> None:
    """Say yes to a PLAN as it is now. It is carried out within seconds, or refused if anything changed meanwhile."""
    _decide(registry, output, plan_id, "approved", note)


@heal.command()
@click.argument("plan_id", metavar="PLAN", type=click.UUID)
@click.option("--note", help="Why, for the audit.")
@subcommand
def reject(registry: Registry, output: Output, plan_id: UUID, note: str | None) -> None:
    """Say no to a PLAN."""
    _decide(registry, output, plan_id, "rejected", note)


@heal.command()
@click.option("--pipeline", "pipeline_id", type=click.UUID, metavar="ID", help="Of one pipeline only.")
@subcommand
def history(registry: Registry, output: Output, pipeline_id: UUID | None) -> None:
    """Plans, what was done of them and what came of it, newest first; what healing spent and saved."""
    of = {"pipeline_id": str(pipeline_id)} if pipeline_id else {}
    plans, actions = registry.rows("healing_plans", **of), registry.rows("healing_actions", **of)
    audit = registry.rows("healing_audit", **of)
    ledger = registry.rows("healing_ledger", **of)
    output.say(history_text(plans, actions, ledger))
    output.result({"plans": plans, "actions": actions, "audit": audit, "ledger": ledger})


def _decide(registry: Registry, output: Output, plan_id: UUID, decision: str, note: str | None) -> None:
    found = registry.rows("healing_plans", id=str(plan_id))
    if not found:
        raise click.ClickException(f"There is no plan {plan_id} in this workspace: see `flexiroaster heal history`.")
    decided: Any = registry.call(
        "decide_healing_plan", plan=str(plan_id), plan_hash=found[0]["plan_hash"], decision=decision, note=note
    )
    output.say(f"The plan is {decided['status']}.")
    output.result(decided)
