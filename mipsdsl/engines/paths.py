"""Where generated code finds things: rows, lists of rows, and what a row holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import assert_never

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.engines.emit import Decimal, Held, Line, Plain, Text, is_atom
from mipsdsl.engines.schema import Schema, Target


@define
class Paths(ABC):
    """Writes the code of rows for a row ``r`` of ``here`` (no row: the population).

    ``locals``: the items computed before in this function; ``remote``: what was read of other rows;
    ``prologue``: lines that belong at the beginning, which follow the references of ``r``.
    """

    schema: Schema
    text: Text
    here: str
    partial: frozenset[Target]
    locals: dict[str, str] = field(factory=dict)
    remote: set[Target] = field(factory=set)
    prologue: list[Line] = field(factory=list)
    elements: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    _paths: dict[c.Follow, str] = field(factory=dict)

    @abstractmethod
    def key_part(self, expr: c.Expr, scale: int) -> str:
        """Return the code of a part of a key, as it is stored in ``scale`` places."""

    def number(self, record: str) -> int:
        """Return the index of ``record`` in ``R`` and ``X``."""
        return list(self.schema.records).index(record)

    def population(self, name: str) -> int:
        """Return the index of a population item in ``P``."""
        return [each.name for each in self.schema.program.items if not each.record].index(name)

    def read(self, expr: c.Read | c.ReadPopulation) -> Held:
        """Return the code of a read."""
        if isinstance(expr, c.ReadPopulation):
            code = f"P[{self.population(expr.name)}]"
            if expr.name in self.schema.population_scales:
                return Decimal(code, self.schema.population_scales[expr.name])
            return Plain(code, maybe=True)
        code, maybe = self.slot_of(expr.row, expr.name)
        record = self.record_of(expr.row)
        maybe = maybe or expr.type.optional or (record, expr.name) in self.schema.incomplete
        layout = self.schema.layouts[record]
        if expr.name in layout.scales:
            return Decimal(code, layout.scales[expr.name], maybe)
        return Plain(code, maybe)

    def slot_of(self, row: c.Row, name: str) -> tuple[str, bool]:
        """Return the code of what a row has under ``name``, and whether there may be no row."""
        record = self.record_of(row)
        if isinstance(row, c.Here):
            if name in self.locals:
                return self.locals[name], False
        else:
            self.remote.add((record, name))
        code, maybe = self.row_of(row)
        slot = self.schema.layouts[record].slots[name]
        if not maybe:
            return f"{code}[{slot}]", False
        if is_atom(code):
            return f"({code}[{slot}] if {code} is not None else None)", True
        bound = self.text.mint("t")
        return f"({bound}[{slot}] if ({bound} := {code}) is not None else None)", True

    # --- rows ---

    def record_of(self, row: c.Row) -> str:
        """Return the record of ``row``."""
        return self.schema.of_row(row, self.here, self.records)

    def row_of(self, row: c.Row) -> tuple[str, bool]:
        """Return the code of a row, and whether it may be none."""
        match row:
            case c.Here():
                return "r", False
            case c.Element(level):
                return self.elements[level], False
            case c.Follow():
                return self._followed(row), True
            case c.Catalogue(record, keys):
                parts = "".join(f"{part}, " for part in self._key(record, keys))
                return f"X[{self.number(record)}].get(({parts}))", True
            case _:
                assert_never(row)

    def _followed(self, row: c.Follow) -> str:
        """Return the code of a reference; those of ``r`` are followed once, at the beginning."""
        if not _starts_here(row):
            return self.slot_of(row.row, row.name)[0]
        if row not in self._paths:
            inner = self._followed(row.row) if isinstance(row.row, c.Follow) else "r"
            slot = self.schema.layouts[self.record_of(row.row)].slots[row.name]
            guard = "" if inner == "r" else f" if {inner} is not None else None"
            self._paths[row] = name = self.text.mint("p")
            self.prologue.append((0, f"{name} = {inner}[{slot}]{guard}"))
        return self._paths[row]

    def _key(self, record: str, keys: tuple[c.Expr, ...]) -> list[str]:
        names = self.schema.records[record].key
        scales = self.schema.layouts[record].scales
        pairs = zip(names, keys, strict=True)
        return [self.key_part(expr, scales.get(name, 0)) for name, expr in pairs]

    def rows_of(self, rows: c.Rows) -> str:
        """Return the code of a list of rows."""
        match rows:
            case c.Children(row, name) | c.Chosen(row, name):
                code, maybe = self.slot_of(row, name)
                return f"({code} or ())" if maybe else code
            case c.Everyone(record):
                return f"R[{self.number(record)}]"
            case c.Apart(inner, without):
                left_out, kept, each = (self.text.mint("t") for _ in range(3))
                apart = self.text.atom(self.rows_of(without))
                self.text.write(f"{left_out} = {{{each}[0] for {each} in {apart}}}")
                source = self.text.atom(self.rows_of(inner))
                self.text.write(
                    f"{kept} = [{each} for {each} in {source} if {each}[0] not in {left_out}]"
                )
                return kept
            case _:
                assert_never(rows)

    def rows_record(self, rows: c.Rows) -> str:
        """Return the record of each of ``rows``."""
        return self.schema.of_rows(rows, self.here, self.records)


def _starts_here(row: c.Row) -> bool:
    while isinstance(row, c.Follow):
        row = row.row
    return isinstance(row, c.Here)
