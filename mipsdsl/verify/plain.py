"""Rows that say little, made whole: each value that is not said is as plain as it can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Unit
from mipsdsl.engines.frames import Values
from mipsdsl.engines.store import Key, Stored


@define(eq=False)
class Plain:
    """What is plain in the records of ``program``."""

    program: c.Program
    _choices: dict[str, str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Learn the first value of each choice."""
        self._choices = {each.name: each.values[0] for each in self.program.choices}

    def value(self, of: c.Field, text: str) -> Stored:
        """Return the plainest value of a field; if it is a text, ``text``."""
        if of.type.optional:
            return None
        match of.type.unit:
            case Unit.YESNO:
                return False
            case Unit.CHOICE:
                return self._choices[of.type.choice]
            case Unit.TEXT:
                return text
            case Unit.SET:
                return ()
            case _:
                return () if of.many else min(of.high, max(of.low, 0))

    def whole(
        self, told: Mapping[str, Iterable[Values]], *, numbered: bool = False
    ) -> dict[str, list[Values]]:
        """Return rows with a value for each field, of each record that has any.

        Of rows of one key there is one, as data can hold no more; ``numbered``: texts that are not
        said are another in each row.
        """
        found: dict[str, list[Values]] = {}
        for record in self.program.records:
            made: dict[Key, Values] = {}
            for number, row in enumerate(told.get(record.name, ())):
                unsaid = [each for each in record.fields if each.name not in row]
                end = f"-{number}" if numbered else ""
                full = {**{f.name: self.value(f, f.name + end) for f in unsaid}, **row}
                made.setdefault(tuple(full[name] for name in record.key), full)
            if made:
                found[record.name] = list(made.values())
        return found
