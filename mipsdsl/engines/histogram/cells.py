"""The cells of a population, and their evaluation for any values of the parameters that change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from attrs import define, field, frozen

from mipsdsl.arithmetic import nearest
from mipsdsl.core import nodes as c
from mipsdsl.engines.frames import Frame
from mipsdsl.engines.histogram.reduce import Irreducible, Reduction, Stage, Sum
from mipsdsl.engines.plan import Plan, Population, Populations
from mipsdsl.engines.python import Loaded, PythonEngine, compile_python, load
from mipsdsl.engines.rows import link
from mipsdsl.engines.schema import Schema, Target, schema_of, stored_scale
from mipsdsl.engines.store import Store, Stored

if TYPE_CHECKING:
    from mipsdsl.engines.histogram.products import Products

MANY = 20_000
"""From so many rows on, amounts are added up as columns."""


class Filled(Protocol):
    """Rows that a program was run on."""

    @property
    def populations(self) -> Mapping[str, Stored]:
        """Return the items of the population that were computed."""

    def column(self, record: str, name: str) -> Sequence[Stored]:
        """Return what all rows of ``record`` have under ``name``."""


@frozen
class Evaluated:
    """What came of one evaluation: the items of the population, and of each cell.

    Shapes: the columns of ``store`` have a value for each cell; so has each of ``sums`` (the part
    of the cell in it, in steps).
    """

    populations: Mapping[str, Stored]
    sums: Mapping[str, Sequence[int]]
    columns: Mapping[str, Sequence[Stored]]


@define
class Cells:
    """The cells of a population. Shapes: ``sizes`` (m,); ``amounts`` a list of m lists each.

    ``sizes`` counts the rows of a cell; ``amounts`` are those of its rows, in steps of ``scales``.
    """

    reduction: Reduction
    keys: list[tuple[Stored, ...]]
    sizes: list[int]
    amounts: dict[str, list[list[int]]]
    scales: dict[str, int]
    numbers: list[int]
    """The number of the cell of each row."""
    fixed: dict[str, Stored]
    _loaded: list[Loaded] | None = None
    _products: dict[str, Products] = field(factory=dict)

    @classmethod
    def of(cls, reduction: Reduction, store: Filled, fixed: Populations) -> Cells:
        """Return the cells of rows that ``reduction.rows`` was run on.

        Raises:
            Irreducible: of some row it is not decided by the rules how it moves.

        """
        record = reduction.record
        for name in reduction.opens:
            number = sum(value is True for value in store.column(record, name))
            if number:
                which = name.removesuffix(" open")
                raise Irreducible(
                    f"for {number:,} {record} the change decides by which way `{which}` is come to"
                )
        sources = dict.fromkeys([*reduction.keys.values(), *reduction.amounts.values()])
        columns = {name: store.column(record, name) for name in sources}
        said: Populations = {**fixed, **store.populations}
        rows = max((len(column) for column in columns.values()), default=0)
        return cls.of_columns(reduction, columns, rows, said)

    @classmethod
    def of_columns(
        cls,
        reduction: Reduction,
        columns: Mapping[str, Sequence[Stored]],
        rows: int,
        fixed: Populations,
    ) -> Cells:
        """Return the cells of ``rows`` rows; ``columns`` has those that fill keys and amounts."""
        keys = [columns[source] for source in reduction.keys.values()]
        found: dict[tuple[Stored, ...], int] = {}
        numbers = [
            found.setdefault(key, len(found))
            for key in (zip(*keys, strict=True) if keys else [()] * rows)
        ]
        sizes = [0] * len(found)
        for number in numbers:
            sizes[number] += 1
        amounts: dict[str, list[list[int]]] = {}
        for name, source in reduction.amounts.items():
            amounts[name] = [[] for _ in found]
            for number, value in zip(numbers, columns[source], strict=True):
                amounts[name][number].append(value if isinstance(value, int) else 0)
        layout = schema_of(reduction.rows).layouts[reduction.record].scales
        scales = {name: layout[source] for name, source in reduction.amounts.items()}
        values = {name: fixed.get(name) for name in reduction.fixed}
        plain = {name: v for name, v in values.items() if not isinstance(v, Population)}
        return cls(reduction, list(found), sizes, amounts, scales, numbers, plain)

    @property
    def schema(self) -> Schema:
        """Return the names of the cells' program."""
        return schema_of(self.reduction.cells)

    def evaluate(self, values: Mapping[str, Stored]) -> Evaluated:
        """Return what the population is with these parameters, in steps of the grid of their units.

        An item of the population may be among ``values``: it is not computed then.
        """
        reduction, store = self.reduction, self._linked()
        known: dict[str, Stored | Population] = {**self.fixed, **values}
        sums: dict[str, list[int]] = {}
        for stage, loaded in zip(reduction.stages, self._compiled(), strict=True):
            if not stage.record and stage.names[0] in values:
                continue
            for each in stage.sums:
                sums[each.name] = self._by_cell(each, store)
                known[each.name] = self._on_grid(each, sum(sums[each.name]))
            said = {**dict.fromkeys(stage.names, Population.COMPUTE), **known}
            PythonEngine(reduction.cells, store, said).run(_plan(stage), loaded)
            known |= store.populations
        columns = {
            name: store.column(reduction.record, name)
            for name in dict.fromkeys([*reduction.keys, *_names(reduction)])
        }
        plain = {name: v for name, v in known.items() if not isinstance(v, Population)}
        return Evaluated(plain, sums, columns)

    def _linked(self) -> Store:
        record, names = self.reduction.record, tuple(self.reduction.keys)
        return link(self.reduction.cells, {record: Frame(names, self.keys)})

    def _compiled(self) -> list[Loaded]:
        if self._loaded is None:
            cells = self.reduction.cells
            self._loaded = [
                load(compile_python(cells, _plan(stage))) for stage in self.reduction.stages
            ]
        return self._loaded

    def _by_cell(self, each: Sum, store: Store) -> list[int]:
        """Return the part of each cell in a sum."""
        record, number = self.reduction.record, len(self.keys)
        inside = store.column(record, each.where) if each.where else [True] * number
        if each.counts:
            return [
                size if yes is True else 0 for yes, size in zip(inside, self.sizes, strict=True)
            ]
        column = store.column(record, each.factor) if each.factor else [1] * number
        factors = [value if isinstance(value, int) else 0 for value in column]
        item = self.schema.items.get((record, each.factor))
        places = 0 if item is None else stored_scale(item)
        if each.amount and sum(self.sizes) > MANY:
            counted = [
                factor if yes is True else 0 for yes, factor in zip(inside, factors, strict=True)
            ]
            divisor = places + self.scales[each.amount] - each.scale
            if (found := self._quickly(each.amount, counted, divisor)) is not None:
                return found
        parts = []
        for cell, (yes, factor) in enumerate(zip(inside, factors, strict=True)):
            parts.append(self._part(each, cell, factor, places) if yes is True else 0)
        return parts

    def _quickly(self, amount: str, factors: list[int], divisor: int) -> list[int] | None:
        """Return the sums by cell of products landed ``divisor`` places coarser, if they are small."""
        from mipsdsl.engines.histogram.products import Products

        if amount not in self._products:
            self._products[amount] = Products.of(self.amounts[amount])
        return self._products[amount].landed(factors, divisor)

    def _part(self, each: Sum, cell: int, factor: int, places: int) -> int:
        if not each.amount:
            return self.sizes[cell] * _landed(factor, places, each.scale)
        places += self.scales[each.amount]
        return sum(
            _landed(factor * value, places, each.scale) for value in self.amounts[each.amount][cell]
        )

    def _on_grid(self, each: Sum, total: int) -> int:
        grid = stored_scale(self.schema.items["", each.name])
        return total * int(10 ** (grid - (0 if each.counts else each.scale)))


def _landed(steps: int, places: int, scale: int) -> int:
    return (
        steps * int(10 ** (scale - places))
        if places <= scale
        else nearest(steps, 10 ** (places - scale))
    )


def _names(reduction: Reduction) -> list[str]:
    return [name for stage in reduction.stages if stage.record for name in stage.names]


def _plan(stage: Stage) -> Plan:
    targets: tuple[Target, ...] = tuple((stage.record, name) for name in stage.names)
    step = c.Step(stage.record, stage.names)
    national = () if stage.record else stage.names
    return Plan(targets, (), (step,), frozenset(), (), national, ())
