"""A world evaluated under changed rules, at the cost of what the change can reach."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mipsdsl.core import nodes as c
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.store import Row, Store, Stored
from mipsdsl.testing.judge import Strict
from mipsdsl.testing.mutation.mutants import Target

Values = dict[tuple[str, int, str], Stored]


class Changed(Strict):
    """An interpreter of a program in which some items are others.

    It takes over from ``base`` every value that the change cannot reach.
    """

    def __init__(
        self,
        base: Strict,
        items: Mapping[Target, c.Item],
        values: Values,
        populations: dict[str, Stored],
        *,
        store: Store | None = None,
    ) -> None:
        """Evaluate over the rows of ``base``, or those of ``store``."""
        Interpreter.__init__(self, base.program, store or base.store, base._populations)
        self._required = base._required
        self._items = items
        self._values = values
        self._population_values = populations

    def item(self, record: str, name: str) -> c.Item | None:
        """Return the item as it is now."""
        return self._items.get((record, name)) or super().item(record, name)


def kept(base: Strict, affected: Collection[Target]) -> tuple[Values, dict[str, Stored]]:
    """Return the values of ``base`` that a change of what is ``affected`` leaves as they are."""
    values = {at: value for at, value in base._values.items() if (at[0], at[2]) not in affected}
    populations = {
        name: value for name, value in base._population_values.items() if ("", name) not in affected
    }
    return values, populations


def computed(base: Strict) -> dict[Target, list[Row]]:
    """Return the items that ``base`` computed, each with the rows that it did so for."""
    found: dict[Target, list[Row]] = {}
    for record, number, name in base._values:
        found.setdefault((record, name), []).append(base.store.rows[record][number])
    for name in base._population_values:
        found["", name] = [[]]
    return found


def value_of(interpreter: Strict, target: Target, row: Row) -> Stored:
    """Return an item of a row, or of the population."""
    record, name = target
    return interpreter.value(row, name) if record else interpreter.population(name)
