"""Names of an earlier year, under which data may still call things."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from mipsdsl.core.types import Type, Unit


@frozen
class Former:
    """What things were called before: the name now, by the name then.

    ``names`` are those of the fields, items and lists of a record (by its name now), ``values`` those
    of a choice, ``texts`` identifiers in any field of texts. ``whose``: the year that called them so,
    in words. A name that means something now is never taken for a former one.
    """

    records: Mapping[str, str] = {}
    names: Mapping[tuple[str, str], str] = {}
    values: Mapping[tuple[str, str], str] = {}
    texts: Mapping[str, str] = {}
    whose: str = ""

    def of(self, type_: Type) -> tuple[tuple[str, str], ...]:
        """Return the former values of a field, each with the value now."""
        if type_.unit is Unit.TEXT:
            return tuple(self.texts.items())
        return tuple((then, now) for (of, then), now in self.values.items() if of == type_.choice)


NONE = Former()
"""Everything is called as ever."""
