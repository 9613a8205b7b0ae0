"""Choice values and texts as numbers, in the order of the texts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from attrs import field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Unit
from mipsdsl.core.walk import expressions_in

GAP = 1_000_000
"""Between two texts that the rules know there is room for so many others."""


@frozen
class Codebook:
    """The texts that the rules of a program look at, and the values of its choices."""

    texts: tuple[str, ...]
    choices: dict[str, tuple[str, ...]] = field(repr=False)

    @classmethod
    def of(cls, program: c.Program, exprs: Iterable[c.Expr] = ()) -> Codebook:
        """Return the codebook of a program (and of expressions beside it)."""
        found: set[str] = set()
        for expr in expressions_in([[item.expr for item in program.items], list(exprs)]):
            if isinstance(expr, c.SetOf) and not expr.type.choice:
                found.update(expr.values)
            elif isinstance(expr, c.Constant) and expr.type.unit is Unit.TEXT:
                found.add(str(expr.value))
        choices = {choice.name: tuple(sorted(choice.values)) for choice in program.choices}
        return cls(tuple(sorted(found)), choices)

    def code(self, text: str, choice: str) -> int:
        """Return the number of a text, or of a value of ``choice``."""
        if choice:
            return self.choices[choice].index(text)
        return (self.texts.index(text) + 1) * GAP

    def find(self, text: str, choice: str) -> int | None:
        """Return the number of a text, or nothing if the rules do not know it."""
        known = self.choices[choice] if choice else self.texts
        return self.code(text, choice) if text in known else None

    def bounds(self, choice: str) -> tuple[int, int]:
        """Return the least and the greatest number of a value of ``choice``, or of a text."""
        if choice:
            return 0, len(self.choices[choice]) - 1
        return 1, (len(self.texts) + 1) * GAP

    def text(self, code: int, choice: str) -> str:
        """Return the text of a number; one that the rules do not know is in its place in the order."""
        if choice:
            return self.choices[choice][code]
        place = bisect_right([(i + 1) * GAP for i in range(len(self.texts))], code)
        if place and code == place * GAP:
            return self.texts[place - 1]
        before = self.texts[place - 1] if place else "A"
        return f"{before}~{code - place * GAP:07d}"
