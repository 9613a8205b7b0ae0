"""Who moves between two laws: how many, how much money, in which groups, and national factors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from mipsdsl.core import nodes as c
from mipsdsl.diff.laws import Laws
from mipsdsl.engines.plan import MissingInput, Refusal, requirements
from mipsdsl.engines.schema import schema_of
from mipsdsl.impact.answers import Population, Spread
from mipsdsl.impact.look import Look, look
from mipsdsl.impact.runs import Law, Runs, runs_of
from mipsdsl.scoring import advice, reason, target_name
from mipsdsl.whatif.compare import Comparison, compare
from mipsdsl.whatif.large import ManyPeople
from mipsdsl.whatif.lens import is_quantity, scale_of, type_of
from mipsdsl.whatif.report import Figure
from mipsdsl.whatif.study import Picture

BINS = 10


@frozen
class Crowd:
    """The same people under both laws.

    Where one program holds both laws, ``old`` and ``new`` are the same runs with other switches.
    ``whose``: who they are, in words; ``by`` and ``outcome`` as ``look`` has them.
    """

    laws: Laws
    people: ManyPeople
    old: Runs
    new: Runs
    whose: str
    by: tuple[str, ...] = ()
    outcome: str = ""

    @property
    def is_one(self) -> bool:
        """Return whether laws between the two can be run."""
        return self.old is self.new

    def ends(self) -> tuple[Picture, Picture]:
        """Return the people under the old law and under the new one."""
        return self.old.picture(frozenset()), self.new.picture(frozenset(self.new.law.switches))

    def looked(self, law: c.Program) -> Look:
        """Return what is looked at under a law by itself."""
        return look(law, self.people.large.tables, self.by, self.outcome)


def crowd(
    laws: Laws, people: ManyPeople, whose: str, by: Sequence[str] = (), outcome: str = ""
) -> Crowd:
    """Return ``people``, ready to be run under both laws and those between.

    Raises:
        LensError: there is no such outcome, or no such group.
        Unsupported: the native engine cannot do what a rule asks.

    """
    there = people.large.tables
    if laws.merged is not None:
        seen = look(laws.merged.program, there, by, outcome)
        runs = runs_of(Law(seen, laws.merged.switches), people)
        return Crowd(laws, people, runs, runs, whose, tuple(by), outcome)
    old, new = (
        runs_of(Law(look(program, there, by, outcome), {}), people)
        for program in (laws.old, laws.new)
    )
    return Crowd(laws, people, old, new, whose, tuple(by), outcome)


def population(found: Crowd, names: tuple[str, str] = ("", "")) -> Population:
    """Return who moves; ``names`` are those of the laws."""
    seen = found.new.law.look
    pictures = found.ends()
    schema, record = schema_of(seen.program), seen.lens.record
    known = [name for name in found.new.names if name in found.old.names]
    lens = evolve(
        seen.lens,
        by=tuple(name for name in seen.lens.by if name in known),
        money=tuple(name for name in seen.lens.money if name in known),
    )
    outcomes: dict[str, Comparison] = {}
    for name in dict.fromkeys((*([seen.eligible] if seen.eligible else []), lens.outcome)):
        if name in known:
            signed = is_quantity(type_of(schema, record, name))
            outcomes[name] = compare(evolve(lens, outcome=name), *pictures, signed=signed)
    money = {
        name: (type_of(schema, record, name), scale_of(schema, record, name)) for name in lens.money
    }
    return Population(
        whose=found.whose,
        size=max(len(each.weights) for each in pictures),
        outcomes=outcomes,
        spreads=tuple(_spreads(seen, known, pictures)),
        factors=tuple(_factors(found, pictures)),
        money=money,
        notes=tuple(_refused(found, names)),
    )


# --- distributions -------------------------------------------------------------------------------


def _spreads(seen: Look, known: Sequence[str], sides: tuple[Picture, Picture]) -> Iterator[Spread]:
    schema, record = schema_of(seen.program), seen.lens.record
    for name in dict.fromkeys((*seen.scores, seen.lens.outcome)):
        if name not in known or not is_quantity(type_ := type_of(schema, record, name)):
            continue
        values = [[x for x in side.columns[name] if isinstance(x, int)] for side in sides]
        every = [each for side in values for each in side]
        if every:
            edges = edges_of(min(every), max(every))
            counts = [_counts(side, edges) for side in values]
            scale = scale_of(schema, record, name)
            yield Spread(name, type_, scale, edges, counts[0], counts[1])


def edges_of(low: int, high: int) -> tuple[int, ...]:
    """Return the edges of equal bins from ``low`` to beyond ``high``, wide in round numbers.

    >>> edges_of(3, 97)
    (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
    """
    width = max(1, -(-(high - low + 1) // BINS))
    power = 10 ** (len(str(width)) - 1)
    width = next(step * power for step in (1, 2, 5, 10) if step * power >= width)
    first = low // width
    last = high // width if high % width or high == low else high // width - 1
    return tuple(width * number for number in range(first, last + 2))


def _counts(values: Iterable[int], edges: Sequence[int]) -> tuple[int, ...]:
    """Return how many values are from each edge to below the next; the last bin has its upper edge."""
    width, counts = edges[1] - edges[0], [0] * (len(edges) - 1)
    for value in values:
        counts[min((value - edges[0]) // width, len(counts) - 1)] += 1
    return tuple(counts)


# --- factors -------------------------------------------------------------------------------------


def _factors(found: Crowd, sides: tuple[Picture, Picture]) -> Iterator[Figure]:
    program = found.new.law.look.program
    schema = schema_of(program)
    for name in found.new.national:
        one, other = (side.populations.get(name) for side in sides)
        if one is not None or other is not None:
            type_ = schema.items["", name].type
            yield Figure(name, type_, scale_of(schema, "", name), one, other, "computed")


# --- what cannot be had --------------------------------------------------------------------------


def _refused(found: Crowd, names: tuple[str, str]) -> Iterator[str]:
    """Yield what the data lack, for which law, and what cannot be said for want of it."""
    by_lacks: dict[tuple[MissingInput, ...], list[Refusal]] = {}
    for refusal in dict.fromkeys((*found.old.refused, *found.new.refused)):
        by_lacks.setdefault(refusal.missing, []).append(refusal)
    shown = {each.item: each.said for each in found.new.law.look.measures}
    for lacks, refusals in by_lacks.items():
        wanted = dict.fromkeys(
            shown.get(x.target[1], f"`{target_name(x.target)}`") for x in refusals
        )
        reasons = "; ".join(reason(lack) for lack in lacks[:3])
        more = f" and {len(lacks) - 3} more things" if len(lacks) > 3 else ""
        whose = " and ".join(_needing(found, refusals[0], names))
        needed = f" ({whose} needs it)" if whose else ""
        help_ = advice(found.new.law.look.program, lacks)
        yield f"left out: {', '.join(wanted)}: {reasons}{more}{needed}; to have it: {help_}"


def _needing(found: Crowd, refusal: Refusal, names: tuple[str, str]) -> Iterator[str]:
    """Yield the laws that cannot do without what is missing."""
    available, said = found.new.world.available, found.new.said
    record, name = refusal.target
    for law, said_of in ((found.laws.old, names[0]), (found.laws.new, names[1])):
        items: Mapping[tuple[str, str], c.Item] = schema_of(law).items
        if said_of and (record, name) in items:
            here = {item.name for item in law.items if not item.record}
            own = {key: value for key, value in said.items() if key in here}
            if requirements(law, available, [refusal.target], own).refused:
                yield said_of
