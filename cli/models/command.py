"""The `models` subcommands."""

import sys
from uuid import UUID

import click

from cli.models.registry import Registry, subcommand
from cli.models.text import explanation, listing
from cli.output import Output

KIND = "failure_prediction"
KIND_OPTION = click.option("--kind", default=KIND, show_default=True)


@click.group()
def models() -> None:
    """List, explain, train, promote, pin and roll back the models of a workspace.

    Exit code 0 when it was done, 1 when it was refused or there was nothing to do.
    """


@models.command("list")
@subcommand
def list_models(registry: Registry, output: Output) -> None:
    """Every version, newest first, how well it did, and what it serves as; and how those do that serve or are tried."""
    versions, rungs = registry.rows("model_versions"), registry.rows("model_rungs")
    output.say(listing(versions, rungs))
    output.result({"versions": versions, "rungs": rungs})


@models.command()
@click.argument("version", type=click.UUID)
@subcommand
def explain(registry: Registry, output: Output, version: UUID) -> None:
    """Why a VERSION was made, how it was judged, where it has been deployed, and how it did there."""
    found = registry.version(version)
    evaluations = registry.rows("model_evaluations", model_version_id=str(version))
    changes = [
        row
        for row in registry.rows("model_changes", kind=found["kind"])
        if str(version) in (row["from_version_id"], row["to_version_id"])
    ]
    reports = registry.rows("drift_reports", model_version_id=str(version))
    output.say(explanation(found, evaluations, changes, reports))
    output.result({"version": found, "evaluations": evaluations, "changes": changes, "reports": reports})


@models.command()
@KIND_OPTION
@subcommand
def train(registry: Registry, output: Output, kind: str) -> None:
    """Ask for training now, whatever the schedule."""
    registry.call("request_training", of_workspace=registry.workspace_id, of_kind=kind)
    output.say(f"Training of {kind} was asked for; `flexiroaster models list` shows what comes of it.")
    output.result({"requested": kind})


@models.command()
@click.argument("version", type=click.UUID)
@click.option("--to", "rung", type=click.Choice(["shadow", "canary", "production"]), default="production")
@click.option("--percent", type=click.FloatRange(0, 100), help="The share of runs that a canary serves.")
@subcommand
def promote(registry: Registry, output: Output, version: UUID, rung: str, percent: float | None) -> None:
    """Put a VERSION on a rung. In production it answers from the next run on, as a canary about a share of the runs; in
    the shadow its answers are only kept."""
    if percent is not None and rung != "canary":
        raise click.UsageError("--percent is for --to canary.")
    found = registry.version(version)
    generation = registry.call("promote_model", version=str(version), to_rung=rung, percent=percent)
    place = {"shadow": "in the shadow", "canary": "a canary", "production": "in production"}[rung]
    _moved(output, generation, f"{found['model_version']} is {place}.")


@models.command("roll-back")
@KIND_OPTION
@subcommand
def roll_back(registry: Registry, output: Output, kind: str) -> None:
    """Put back what served before; without a version before, the heuristic."""
    generation = registry.call("roll_back_model", of_workspace=registry.workspace_id, of_kind=kind)
    _moved(output, generation, f"{kind} is back at what served before.")


@models.command()
@KIND_OPTION
@click.option("--off", is_flag=True, help="Let the loop move it again.")
@subcommand
def pin(registry: Registry, output: Output, kind: str, off: bool) -> None:
    """Keep production where it is, whatever the loop thinks."""
    found = registry.call("pin_model", of_workspace=registry.workspace_id, of_kind=kind, pinned=not off)
    if not found:
        raise click.ClickException(f"No model of kind {kind} is in production, so there is nothing to pin.")
    output.say(f"{kind} is {'no longer pinned' if off else 'pinned'}.")
    output.result({"kind": kind, "pinned": not off})


def _moved(output: Output, generation: int | None, sentence: str) -> None:
    if generation is None:
        click.echo("Nothing was moved: nothing serves there, or somebody else moved it at this moment.", err=True)
        sys.exit(1)
    output.say(sentence)
    output.result({"generation": generation})
