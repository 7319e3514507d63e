"""The `lab` subcommand."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cli.output import Output, json_option
from cli.running import running_stack
from lab.errors import LabError
from lab.fault import all_faults, fault
from lab.figures import compare
from lab.laboratory import Plan, run_lab
from lab.policy import POLICIES, policy
from lab.text import by_fault, comparison
from local.cluster_folder import remove
from local.description import StackDescription
from local.folder import default_data_dir
from local.leftovers import remove_abandoned

PASSING = "passing-lab-"


@click.group()
def lab() -> None:
    """Let real little pipelines fail, and see who repairs them.

    Exit code 0 when the subcommand did its work, 1 when something failed.
    """


@lab.command()
def faults() -> None:
    """List the faults that there are.

    Exit code 0.
    """
    width = max(map(len, all_faults()))
    for one in all_faults().values():
        click.echo(f"{one.name:<{width}}  {one.meaning}")


@lab.command()
@click.option("--faults", "names", metavar="A,B", help="Only these faults. Default: all, with the controls.")
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="How often each strikes.")
@click.option(
    "--policy", "policies", type=click.Choice(list(POLICIES)), multiple=True, help="Only this; may be repeated."
)
@click.option("--outage-pipelines", type=click.IntRange(min=2), help="How many pipelines an outage hits. Default: 6.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Use the stack that runs in this data folder. Default: a new one that is deleted at the end.",
)
@json_option
def run(
    names: str | None,
    seeds: int,
    policies: tuple[str, ...],
    outage_pipelines: int | None,
    data_dir: Path | None,
    json_file: str | None,
) -> None:
    """Run pipelines, let faults strike them, and compare who repairs what.

    Every stage is a process of its own, every failure is a real one, and every policy meets the same faults. Times are
    seconds where they would be minutes.

    Exit code 0 when every fault was tried and judged, 1 when the laboratory could not go on.
    """
    output = Output(json_file)
    try:
        plan = Plan(
            faults=[fault(name) for name in names.split(",")] if names else list(all_faults().values()),
            policies=[policy(name) for name in policies or POLICIES],
            seeds=seeds,
            outage_pipelines=outage_pipelines,
        )
        with _stack(output, data_dir) as description:
            verdicts = run_lab(description, plan, say=output.say)
    except LabError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        output.say("Stopped")
        sys.exit(130)
    figures = compare(verdicts)
    output.say(f"\n{by_fault(verdicts)}\n\n{comparison(figures)}")
    output.result({"verdicts": [one.to_json() for one in verdicts], "policies": [one.to_json() for one in figures]})


@contextmanager
def _stack(output: Output, data_dir: Path | None) -> Iterator[StackDescription]:
    """The stack that was named, or one for the time of the block."""
    if data_dir is not None:
        yield StackDescription.read(data_dir)
        return
    home = default_data_dir().parent
    folder = home / f"{PASSING}{secrets.token_hex(3)}"
    remove_abandoned(home, PASSING)
    try:
        with running_stack(output, data_dir=folder) as stack:
            yield stack.description
    finally:
        remove(folder)
