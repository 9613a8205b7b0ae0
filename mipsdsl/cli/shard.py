"""``mips run --shard i/n``: one part of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, policies

if TYPE_CHECKING:
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.tables import Inputs
    from mipsdsl.scoring import Wanted
    from mipsdsl.sharding.components import Shard
    from mipsdsl.sharding.parts import PartTable

_SHARD = re.compile(r"(\d+)/(\d+)")
_ANY = 2
"""What is small is said to the merge; which counts matter is the same for all limits."""


def shard_of(text: str) -> Shard:
    """Return the shard that a user named."""
    from mipsdsl.sharding.components import Shard

    found = _SHARD.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise exits.Stop(f"--shard {text}: write 1/4 for the first of four parts")
    return Shard(int(found[1]), int(found[2]))


def check(text: str, output: str | None, *, hides: bool) -> str:
    """Check what a user said of a part, and return the folder that it goes to."""
    shard_of(text)
    if output is None:
        raise exits.Stop("--shard writes a folder: name it, `-o parts/1`")
    if hides:
        raise exits.Stop(
            "--shard writes what the merge needs; say --mask and --suppress-below when you merge"
        )
    return output


def write_part(
    policy: str,
    program: Program,
    inputs: Inputs,
    wanted: Wanted,
    settings: Mapping[str, str],
    shard: Shard,
    output: str,
) -> None:
    """Score one part of ``inputs`` and write it to the folder ``output``."""
    from mipsdsl import cache, resources, scoring
    from mipsdsl.data.privacy import Privacy
    from mipsdsl.data.tables import DataError
    from mipsdsl.engines.plan import Population
    from mipsdsl.hiding import guards
    from mipsdsl.sharding.files import Made
    from mipsdsl.sharding.files import write_part as write
    from mipsdsl.sharding.parts import ShardError, divided, part_of

    said = wanted.populations
    try:
        world = scoring.world_of(program, inputs)
        targets = scoring.outputs_of(world, wanted)
        world, plan = scoring.planned(world, targets, said)
        if plan.refused and (wanted.outputs or not plan.outputs):
            raise scoring.OutputError(*scoring.refusal_text(program, plan.refused))
        plan = guards(plan, world.available, Privacy.of(program, None, _ANY))
        given, partial = tuple(world.store.lacking), tuple(world.store.partial)
        division = divided(
            program, said, plan.outputs, wanted.subjects, (given, partial), plan.guards
        )
        made = Made(
            policy=policy,
            rules=cache.law(policies.sources(policy)).sha256,
            program=resources.release(),
            settings=settings,
            here=any(value is Population.COMPUTE for value in said.values()),
            targets=division.targets,
            guards=division.guards,
            subjects=wanted.subjects,
            given=given,
            partial=partial,
            inputs=tuple((each.name, each.sha256) for each in inputs.files),
            read=inputs.counts,
            rejected=len(inputs.rejects),
        )
        tables = part_of(division, world, inputs, shard)
        write(Path(output), made, shard, tables)
    except (scoring.OutputError, ShardError, DataError) as mistake:
        raise exits.Stop(str(mistake)) from None
    _say(tables, shard, output)


def _say(tables: list[PartTable], shard: Shard, output: str) -> None:
    from mipsdsl.sharding.parts import ORDER

    for table in tables:
        rows = len(table.columns[ORDER][1])
        click.echo(f"{'wrote':<10}{rows:,} {table.record} of part {shard} to {output}", err=True)
