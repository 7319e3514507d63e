"""`flexiroaster heal simulate`: what a policy would have done, before anybody turns it on."""

from pathlib import Path

import click

from cli.heal.past import of_history, of_rows
from cli.heal.simulation import Simulation, simulate_on
from cli.history.reader import read_history
from cli.history.row import HistoryError
from cli.models.registry import Registry, subcommand
from cli.output import Output, json_option

TIER = click.option(
    "--highest-tier", type=click.IntRange(0, 3), default=1, show_default=True, help="The highest tier that acts alone."
)


@click.group()
def simulate() -> None:
    """Replay a policy over the past, beside no healing and three blind retries."""


@simulate.command("file")
@click.argument("history", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@TIER
@json_option
def from_file(history: Path, highest_tier: int, json_file: str | None) -> None:
    """Over a HISTORY file; no stack needed."""
    try:
        found = simulate_on(of_history(read_history(history)), highest_tier_alone=highest_tier)
    except HistoryError as error:
        raise click.ClickException(str(error)) from error
    _show(Output(json_file), found)


@simulate.command("stored")
@TIER
@subcommand
def from_workspace(registry: Registry, output: Output, highest_tier: int) -> None:
    """Over the runs that a workspace stores."""
    runs = of_rows(registry.rows("executions"), registry.rows("pipelines"), registry.rows("root_causes"))
    _show(output, simulate_on(runs, highest_tier_alone=highest_tier))


def _show(output: Output, found: Simulation) -> None:
    output.say(f"{found.runs} runs, {found.failures} failures (and {found.failures_at_the_end} with no run after them)")
    output.say(f"{'':<14}{'recovered':>10}{'attempts':>10}{'wasted':>8}{'wrong':>7}{'cost':>12}")
    for name in ("none", "blind_retry", "flexiroaster"):
        policy = getattr(found, name)
        output.say(
            f"{name.replace('_', ' '):<14}{policy.recovered:>10}{policy.attempts:>10}{policy.wasted:>8}"
            f"{policy.wrong:>7}{policy.cost_seconds:>10.0f} s"
        )
    output.say(
        f"{found.flexiroaster.unjudged} changes of settings cannot be judged from a history; "
        f"{found.flexiroaster.withheld} failures were left alone that a retry would have got over; "
        f"{found.actions_on_healthy_runs} actions on runs that went well."
    )
    output.result(found.document())
