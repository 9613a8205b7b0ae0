"""Small cells: numbers of people so small that they may point at someone.

CMS publishes no cell of 1 to 10 people, nor a figure from which one follows; 0 may be shown.
Source: CMS Cell Suppression Policy (January 2020): "no cell containing a value of 1 to 10 can be
reported directly".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import children
from mipsdsl.core.types import Unit
from mipsdsl.data.identifiers import NAMES
from mipsdsl.data.masks import Target
from mipsdsl.data.privacy import is_small

_DRAWN_FROM_PEOPLE = frozenset({Unit.COUNT, Unit.MONEY, Unit.PERCENT, Unit.NUMBER, Unit.RATIO})


class Mark(Enum):
    """What becomes of a cell: shown, too small to be shown, or withheld to protect another."""

    SHOWN = "shown"
    SMALL = "small"
    WITHHELD = "withheld"


# --- tables --------------------------------------------------------------------------------------


def marks(rows: Sequence[Sequence[int]], least: int) -> list[list[Mark]]:
    """Return what becomes of the cells of a table by subgroup below which totals stand.

    Each cell of ``rows`` is the number of people that it counts, or that its share, sum or mean
    comes from; a row is a group, and the cells of a column add up to a total. The result has a row
    more than ``rows``: what becomes of the totals. A row with a small cell loses the cells that are
    not 0; as a sum over the others would give it away, further rows are withheld, the smallest
    first, until in no column a small cell can be told: of what is left of the total any of 1 to
    ``least`` - 1 is possible. Where no row is left for that, the total is withheld.

    Shapes: ``rows`` (n, k); the result (n + 1, k).
    """
    width = len(rows[0]) if rows else 0
    hidden = {i for i, row in enumerate(rows) if any(is_small(cell, least) for cell in row)}
    rest = sorted((i for i in range(len(rows)) if i not in hidden), key=lambda i: sum(rows[i]))
    columns = [[row[k] for row in rows] for k in range(width)]
    while not all(_is_safe(column, hidden, least) for column in columns):
        if not rest:
            break
        hidden.add(rest.pop(0))
    found = [[_mark(cell, least, i in hidden) for cell in row] for i, row in enumerate(rows)]
    return [*found, [_of_total(column, hidden, least) for column in columns]]


def _mark(cell: int, least: int, is_hidden: bool) -> Mark:
    if is_small(cell, least):
        return Mark.SMALL
    return Mark.WITHHELD if is_hidden and cell else Mark.SHOWN


def _of_total(column: Sequence[int], hidden: Iterable[int], least: int) -> Mark:
    total = sum(column)
    if is_small(total, least):
        return Mark.SMALL
    return Mark.SHOWN if _is_safe(column, hidden, least) else Mark.WITHHELD


def _is_safe(column: Sequence[int], hidden: Iterable[int], least: int) -> bool:
    """Return whether each small cell may still be anything from 1 to ``least`` - 1.

    The reader knows the sum of the hidden cells, that each small one is less than ``least``, and
    that each other one is at least that.
    """
    cells = [column[i] for i in hidden if column[i]]
    small = sum(is_small(cell, least) for cell in cells)
    if not small:
        return True
    others = len(cells) - small
    could_be_most = sum(cells) - (small - 1) - others * least >= least - 1
    could_be_one = others > 0 or sum(cells) - (small - 1) * (least - 1) <= 1
    return could_be_most and could_be_one


# --- rows ----------------------------------------------------------------------------------------


class SmallCells:
    """What in the rows of a program counts people, and what gives such a count away.

    Every count that the data give is taken to be of people (of patients, as a rule), but for the
    numbers by which rows are found; so is each that a rule makes of one or of clinicians. What a
    rule reads together with a count, and what it makes of it, is withheld with it: a numerator with
    its denominator, and the rate of both.
    """

    def __init__(self, program: c.Program, least: int) -> None:
        """Look at the fields and rules of ``program``."""
        self.least = least
        self.text = f"<{least}"
        self.catalogues = frozenset(each.name for each in program.records if each.is_reference)
        self._people = {r.name for r in program.records if NAMES & set(r.key)}
        self._lists = {(r.name, x.name): x.record for r in program.records for x in r.relations}
        figures = {
            (record.name, each.name)
            for record in program.records
            if not record.is_reference
            for each in record.fields
            if each.type.unit in _DRAWN_FROM_PEOPLE and not each.many
        }
        units = {(r.name, each.name): each.type.unit for r in program.records for each in r.fields}
        numbering = set(_numbering(program))
        self.counts = {x for x in figures if units[x] is Unit.COUNT and x not in numbering}
        items = [item for item in program.items if item.kind is not c.ItemKind.ROW]
        for item in items:
            if item.type.unit is Unit.COUNT and self._counts_people(item.expr, item.record):
                self.counts.add((item.record, item.name))
        self._together: dict[str, dict[str, set[str]]] = {}
        for record, name in sorted(self.counts):
            self._together.setdefault(record, {})[name] = set()
        made = {target: {target[1]} for target in self.counts}
        for item in items:
            self._look_at(item, figures | self.counts, made)

    def together(self, record: str) -> Mapping[str, Collection[str]]:
        """Return the counts of ``record``, and for each what would give it away."""
        return self._together.get(record, {})

    def _look_at(
        self, item: c.Item, figures: Collection[Target], made: Mapping[Target, set[str]]
    ) -> None:
        """Note what ``item`` is made of; ``made`` has what is made of each count, and gains it."""
        record = item.record
        reads = set(_read_beside(item.expr, record))
        beside = {name for name in reads if (record, name) in figures}
        itself = {item.name} if item.type.unit in _DRAWN_FROM_PEOPLE else set()
        for name, others in self._together.get(record, {}).items():
            if reads & made[record, name]:
                others |= (beside | itself) - {name}
                made[record, name].update(itself)

    def _counts_people(self, expr: c.Expr, record: str) -> bool:
        match expr:
            case c.Read(row=c.Here(), name=name):
                return (record, name) in self.counts
            case c.ReadPopulation(name=name):
                return ("", name) in self.counts
            case c.Read(name=name):
                return any(name == other for _, other in self.counts)
            case c.Fold(kind=c.FoldKind.COUNT, rows=rows):
                return self._are_people(rows, record)
            case c.Fold(body=body):
                return self._counts_people(body, record)
            case c.Cases(arms=arms, otherwise=otherwise):
                values = [*(arm.value for arm in arms), otherwise]
                return any(self._counts_people(value, record) for value in values)
            case _:
                return any(self._counts_people(part, record) for part in children(expr))

    def _are_people(self, rows: c.Rows, record: str) -> bool:
        match rows:
            case c.Everyone(name):
                return name in self._people
            case c.Children(row=c.Here(), name=name):
                return self._lists.get((record, name), "") in self._people
            case c.Children(name=name):
                return any(
                    listed in self._people
                    for (_, known), listed in self._lists.items()
                    if known == name
                )
            case c.Apart(inner, _):
                return self._are_people(inner, record)
            case _:
                return False


def _numbering(program: c.Program) -> Iterable[Target]:
    """Yield the fields that rows are told apart by, and matched with others."""
    for record in program.records:
        names = [*record.key]
        names += [name for reference in record.references for name in reference.by]
        names += [name for relation in record.relations for name in relation.ours]
        yield from ((record.name, name) for name in names)
        for relation in record.relations:
            yield from ((relation.record, name) for name in relation.theirs)


def _read_beside(expr: c.Expr, record: str) -> Iterable[str]:
    """Yield what an expression reads of its own row; an item of the population, the others of it."""
    match expr:
        case c.Read(row=c.Here(), name=name):
            yield name
        case c.ReadPopulation(name=name) if not record:
            yield name
    for part in children(expr):
        yield from _read_beside(part, record)
