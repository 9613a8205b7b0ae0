"""Whether a mutant says the same as the rules, for everybody whom data can hold: asked of the solver."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from importlib.util import find_spec
from typing import TYPE_CHECKING

from attrs import define, field

from mipsdsl.core import build
from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES
from mipsdsl.core.walk import expressions_in
from mipsdsl.testing.mutation.mutants import Mutant

if TYPE_CHECKING:
    from mipsdsl.engines.solver.attempt import Never
    from mipsdsl.verify.judge import Answer, Judge

SECONDS = 2.0
"""Seconds for one mutant."""

ROWS = 3
"""The longest that a list is taken to be, where it has to be looked into."""


class Same(Enum):
    """What the solver says of a mutant."""

    PROVED = "proved"
    BOUNDED = "proved up to a bound"
    APART = "somebody tells it from the rules"
    OPEN = "not decided"


@define
class Equivalence:
    """Asks whether what a mutant changes has another value for anybody."""

    program: c.Program
    seconds: float = SECONDS
    _judge: Judge | None = field(default=None, init=False)

    @staticmethod
    def is_there() -> bool:
        """Return whether the solver is installed."""
        return find_spec("z3") is not None

    def of(self, mutant: Mutant) -> Same:
        """Return what is known of ``mutant``: the same only if each item that it changes is."""
        items = {(item.record, item.name): item for item in self.program.items}
        found = Same.PROVED
        for target, changed in zip(mutant.targets, mutant.items, strict=True):
            one = self._of_item(items[target], changed)
            if one in (Same.APART, Same.OPEN):
                return one
            found = Same.BOUNDED if Same.BOUNDED in (found, one) else Same.PROVED
        return found

    def of_each(self, mutants: Sequence[Mutant]) -> list[Same]:
        """Return what is known of each."""
        return [self.of(mutant) for mutant in mutants]

    def _of_item(self, item: c.Item, changed: c.Item) -> Same:
        from mipsdsl.verify.judge import Verdict

        is_asked = item.record and item.kind is not c.ItemKind.SELECTION
        if not is_asked or _has_other_bounds(item.expr, changed.expr):
            return Same.OPEN
        return {
            Verdict.PROVED: Same.PROVED, Verdict.BOUNDED: Same.BOUNDED,
            Verdict.REFUTED: Same.APART, Verdict.UNKNOWN: Same.OPEN,
        }[self._answer(item, changed).verdict]  # fmt: skip

    def _answer(self, item: c.Item, changed: c.Item) -> Answer:
        from mipsdsl.verify.judge import Judge

        if self._judge is None:
            self._judge = Judge(self.program, self.seconds, ROWS)
        return self._judge.answer(question(item, changed))


def question(item: c.Item, changed: c.Item) -> Never:
    """Return the question whether ``changed`` is another value than ``item`` for anybody."""
    from mipsdsl.engines.solver.attempt import Never
    from mipsdsl.verify.questions import differ

    return Never(item.record, differ(_landed(item), _landed(changed)))


def _landed(item: c.Item) -> c.Expr:
    is_quantity = item.type.unit in QUANTITIES and item.expr.shape is not None
    return build.land(item.expr, item.type.unit) if is_quantity else item.expr


_BOUNDED = (c.FoldKind.SUM, c.FoldKind.AVERAGE, c.FoldKind.HIGHEST, c.FoldKind.LOWEST)


def _has_other_bounds(before: c.Expr, after: c.Expr) -> bool:
    """Return whether something is made of a list that may be beyond what is known of it.

    The solver takes what it does not compute as any value within its bounds: those of the rules.
    """
    bodies = [x.body for x in expressions_in(before) if isinstance(x, c.Fold)]
    return any(
        isinstance(x, c.Fold) and x.kind in _BOUNDED and x.body not in bodies
        for x in expressions_in(after)
    )
