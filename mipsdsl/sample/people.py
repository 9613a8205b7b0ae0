"""Who there is: practices, their clinicians, the units that are scored, and the members of APM Entities.

A sample is made block by block. A block is complete in itself, so that it takes the memory of one block
however large the sample is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import define, frozen

from mipsdsl.sample.draws import Codes, Dice, Known, Mask, Numbers, drawn, picked
from mipsdsl.sample.marginals import Fixed, Law, Marginal, Marginals, Share, Shares

BLOCK = 65_536
"""Clinicians in a block. It decides what the sample holds, as the seed does."""

LARGEST = 20
"""No practice has more than one in so many of the clinicians of its block."""

UNITS = ("group", "individual", "apm_entity")
"""The kinds of units, in the order in which a block has them."""


class Incomplete(ValueError):
    """The marginals do not say something that the structure is made of."""


@frozen
class Structure:
    """The marginals that say who belongs together, and how many report how."""

    size: Law
    participation: Shares
    per_entity: int
    second_tin: float
    standing: Shares
    level: Law

    @property
    def standings(self) -> tuple[str, ...]:
        """Return all that a unit can be: as drawn, or the unit of one who reports elsewhere."""
        return (*self.standing.values, "elsewhere")


@frozen(eq=False)
class Block:
    """Who is in a block.

    Shapes: p practices, c clinicians, u units (groups, then individuals, then APM Entities), m
    members. ``practice_of`` (c,) and ``home`` (u,) are places among the practices, ``person`` (u,)
    and ``member`` (m,) among the clinicians, ``entity`` (m,) among the APM Entities; -1: none.
    ``first`` is the number of the first clinician; of ``tins``, ``numbers`` and ``entities``
    identifiers are made.
    """

    dice: Dice
    first: int
    tins: Codes
    sizes: Codes
    participation: Codes
    practice_of: Codes
    numbers: Codes
    kind: Codes
    home: Codes
    person: Codes
    standing: Codes
    level: Numbers
    entities: Codes
    member: Codes
    entity: Codes


def structure_of(found: Marginals) -> Structure:
    """Return what the structure is made of.

    Raises:
        Incomplete: something of it is not said.

    """
    said = {
        (record, part.names[0]): part.law
        for record in ("practices", "units")
        for parts in found.get(record, ())
        for part in parts
    }
    match (
        said.get(("practices", "participation")),
        said.get(("practices", "per_entity")),
        said.get(("practices", "second_tin")),
        said.get(("units", "standing")),
    ):
        case (
            Shares() as participation,
            Fixed(int() as per_entity),
            Share(second_tin),
            Shares() as standing,
        ):
            size, level = said[("practices", "size")], said[("units", "level")]
            return Structure(size, participation, per_entity, second_tin, standing, level)
        case _:
            raise Incomplete("marginals.toml: `practices` and `units` say who belongs together")


@define
class _Count:
    practices: int = 0
    entities: int = 0


def blocks(structure: Structure, number: int, seed: int) -> Iterator[Block]:
    """Return who is in each block of a sample of so many clinicians."""
    count = _Count()
    for each, start in enumerate(range(0, number, BLOCK)):
        yield _block(structure, Dice(seed, each), start, min(BLOCK, number - start), count)


def _block(structure: Structure, dice: Dice, start: int, number: int, count: _Count) -> Block:
    sizes = _sizes(structure, dice, number)
    practices = len(sizes)
    participation = _participation(structure.participation, dice, sizes)
    practice_of = np.repeat(np.arange(practices), sizes)
    entity_of = _entities(participation, structure, practices)
    elsewhere = participation[practice_of] != UNITS.index("individual")
    groups = np.flatnonzero(participation == UNITS.index("group"))
    people = np.arange(number)
    entities = int(entity_of.max(initial=-1)) + 1
    counts = (len(groups), len(people), entities)
    nobody = np.full(entities, -1)
    units = sum(counts)
    standing = picked(structure.standing.shares, dice.uniform("units.standing", units))
    standing[len(groups) : len(groups) + number][elsewhere] = len(structure.standing.values)
    level = drawn(structure.level, dice.uniform("units.level", units), Known({})) / 100
    member = np.flatnonzero(entity_of[practice_of] >= 0)
    made = Block(
        dice=dice,
        first=start + 1,
        tins=count.practices + 1 + np.arange(practices),
        sizes=sizes,
        participation=participation,
        practice_of=practice_of,
        numbers=_numbers(structure, dice, start, practice_of),
        kind=np.repeat(np.arange(len(UNITS)), counts),
        home=np.concatenate([groups, practice_of[people], nobody]),
        person=np.concatenate([np.full(len(groups), -1), people, nobody]),
        standing=standing,
        level=level,
        entities=count.entities + 1 + np.arange(entities),
        member=member,
        entity=entity_of[practice_of[member]],
    )
    count.practices += practices
    count.entities += entities
    return made


def _sizes(structure: Structure, dice: Dice, number: int) -> Codes:
    """Return the sizes of practices that come to ``number``; the last is cut to fit."""
    chance = dice.uniform("practices.size", number)
    sizes = drawn(structure.size, chance, Known({})).astype(np.int64)
    sizes = np.minimum(sizes, max(1, number // LARGEST))
    ends = np.cumsum(sizes)
    last = int(np.searchsorted(ends, number))
    sizes = sizes[: last + 1]
    sizes[-1] -= ends[last] - number
    return sizes


def _participation(law: Shares, dice: Dice, sizes: Codes) -> Codes:
    """Return how each practice takes part, as places in ``UNITS``."""
    places = np.array([UNITS.index(name) for name in law.values])
    found: Codes = places[picked(law.shares, dice.uniform("practices.participation", len(sizes)))]
    found[(sizes == 1) & (found == UNITS.index("group"))] = UNITS.index("individual")
    return found


def _entities(participation: Codes, structure: Structure, practices: int) -> Codes:
    """Return the APM Entity of each practice: so many at a time, one after another."""
    in_one = np.flatnonzero(participation == UNITS.index("apm_entity"))
    found = np.full(practices, -1)
    found[in_one] = np.arange(len(in_one)) // structure.per_entity
    return found


def _numbers(structure: Structure, dice: Dice, start: int, practice_of: Codes) -> Codes:
    """Return the numbers of persons: some in the second half are persons of the first half."""
    number = len(practice_of)
    rows = np.arange(number)
    before = rows - number // 2
    chance = dice.uniform("practices.second_tin", number)
    again: Mask = (before >= 0) & (chance < 2 * structure.second_tin)
    again[again] = practice_of[rows[again]] != practice_of[before[again]]
    return start + 1 + np.where(again, before, rows)


def chance_of(block: Block, record: str, part: Marginal, rows: int, homes: Codes) -> Numbers:
    """Return the chance of a column: a draw of its own, or one shared, each once for a practice."""
    name = f"{record}.{part.draw or part.names[0]}"
    if part.per_practice:
        chance = block.dice.uniform(f"{name} of a practice", len(block.sizes))[homes]
    else:
        chance = block.dice.uniform(name, rows)
    return 1 - chance if part.reversed else chance
