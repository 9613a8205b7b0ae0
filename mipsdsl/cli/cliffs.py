"""``mips cliffs``: where a hair more of something makes an outcome jump."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, forms, policies

if TYPE_CHECKING:
    from mipsdsl.verify.cliffs import Cliff, Open

_TITLES = {
    "scale": "scales that jump",
    "threshold": "thresholds, each with somebody for whom it matters",
    "rounding": "roundings: half a step is the difference of a whole one",
}


@click.command(name="cliffs")
@click.argument("policy", metavar="[YEAR|PATH]")
@click.option("-k", "match", default="", help="Only outcomes and causes with this in their name.")
@click.option(
    "--time-limit", default=1.0, show_default=True, type=click.FloatRange(0.1),
    help="Seconds for one threshold.",
)  # fmt: skip
@click.option("--people", is_flag=True, help="Show of each threshold for whom it matters.")
@click.option("--jobs", default=0, help="Processes; by default one for each processor.")
@forms.shown_as("text", "json")
@policies.dated
def command(policy: str, match: str, time_limit: float, people: bool, jobs: int, form: str) -> None:
    """List the places where a hair more of something makes an outcome of a policy jump.

    Scales with a jump, thresholds (found by the solver and confirmed by the interpreter, each with the
    outcome before and after), and roundings. "More is less": the outcome falls.
    """
    if find_spec("z3") is None:
        raise exits.Stop(
            "this needs the solver Z3: pip install 'mipsdsl[verify]'", exits.ENVIRONMENT
        )
    from mipsdsl.verify.cliffs import cliffs

    _, program = policies.compiled(policy)
    found, left = cliffs(program, time_limit, jobs)
    found = [x for x in found if match.lower() in f"{x.outcome} {x.cause}".lower()]
    left = [x for x in left if match.lower() in f"{x.outcome} {x.cause}".lower()]
    if form == "json":
        click.echo(policies.envelope("cliffs", _content(policy, found, left)))
        return
    click.echo(f"MIPS {program.year} (paid {program.paying}): {len(found)} cliffs")
    _show(found, people=people)
    if left:
        click.echo(f"\nthresholds of which nobody was found in {time_limit:g} s: {len(left)}")
        for one in left:
            click.echo(
                f"  {one.outcome}: {one.cause} at {one.at} [{one.place.file}:{one.place.line}]"
            )


def _show(found: list[Cliff], *, people: bool) -> None:
    for kind, title in _TITLES.items():
        of_kind = [each for each in found if each.kind.value == kind]
        if of_kind:
            click.echo(f"\n{title}: {len(of_kind)}")
        for each in of_kind:
            cited = "".join(f" [{citation}]" for citation in each.citations)
            click.echo(f"  {each}{cited}")
            if people and each.person:
                click.echo(f"      {each.person}")


def _content(policy: str, found: list[Cliff], left: list[Open]) -> dict[str, object]:
    return {
        "policy": policy,
        "cliffs": [
            {
                "kind": each.kind.value,
                "outcome": each.outcome,
                "cause": each.cause,
                "at": each.at,
                "before": each.before,
                "after": each.after,
                "falls": each.falls,
                "person": each.person,
                "citations": list(each.citations),
                "file": each.place.file,
                "line": each.place.line,
            }
            for each in found
        ],
        "not_shown": [
            {
                "outcome": each.outcome,
                "cause": each.cause,
                "at": each.at,
                "file": each.place.file,
                "line": each.place.line,
            }
            for each in left
        ],
    }
