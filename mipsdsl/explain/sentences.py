"""From a trace to sentences: what a value is, why, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from attrs import define, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.engines.trace import Match, Origin, Trace
from mipsdsl.semantics.cells import quantity_text

_TABLES = frozenset({c.ItemKind.ROW, c.ItemKind.COLUMN, c.ItemKind.SCALE})


@frozen
class Because:
    """A reason that the author wrote, with its citations; ``decided``: the first that held."""

    text: str
    citations: tuple[str, ...]
    decided: bool


@frozen
class Named:
    """A parameter that was used."""

    name: str
    value: str
    citations: tuple[str, ...]


@frozen(eq=False)
class Sentence:
    """A value and what it rests on. Compared by identity: sentences share what they rest on.

    ``label``: what the author calls it; ``said``: for a choice, what its value means. ``row``: the
    file and the line of the row of a table that matched (with ``row_follows``: it is the next row
    below). ``created``: the row is one no file had.
    """

    record: str
    key: tuple[str, ...]
    name: str
    label: str
    value: str
    said: str
    unit: Unit
    origin: Origin
    created: bool
    citations: tuple[str, ...]
    because: tuple[Because, ...]
    place: c.Place | None
    row: c.Place | None
    row_follows: bool
    parameters: tuple[Named, ...]
    parts: tuple[Sentence, ...]

    @property
    def is_missing(self) -> bool:
        """Return whether there is no value."""
        return self.value == "missing"


def sentence_of(program: c.Program, trace: Trace) -> Sentence:
    """Return ``trace`` in sentences."""
    return _Writer(program).sentence(trace)


def sentences_of(program: c.Program, traces: list[Trace]) -> list[Sentence]:
    """Return ``traces`` in sentences that share what they have in common."""
    writer = _Writer(program)
    return [writer.sentence(trace) for trace in traces]


@define
class _Writer:
    """Writes each trace once."""

    program: c.Program
    _meanings: dict[tuple[str, str], str] = field(factory=dict)
    _fields: dict[tuple[str, str], c.Field] = field(factory=dict)
    _parameters: dict[str, c.NamedConstant] = field(factory=dict)
    _known: dict[int, Sentence] = field(factory=dict)
    _kept: list[Trace] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        """Look up by name what is said of choices, fields and parameters."""
        for choice in self.program.choices:
            for value, label in zip(choice.values, choice.labels, strict=True):
                self._meanings[choice.name, value] = label
        for record in self.program.records:
            self._fields.update({(record.name, each.name): each for each in record.fields})
        self._parameters.update({each.name: each for each in self.program.parameters})

    def sentence(self, trace: Trace) -> Sentence:
        """Return the sentence of ``trace``."""
        if (known := self._known.get(id(trace))) is None:
            known = self._known[id(trace)] = self._written(trace)
            self._kept.append(trace)  # so that no other trace gets its identity
        return known

    def _written(self, trace: Trace) -> Sentence:
        item, inner = trace.item, list(_without_rows(trace))
        declared = self._fields.get((trace.record, trace.name))
        matches = [match for each in inner for match in each.matches]
        reads = dict.fromkeys(read for each in inner for read in each.reads)
        row, row_follows = _row(inner, matches)
        used = {each.name: each for of in inner for each in of.parameters}
        return Sentence(
            record=trace.record,
            key=tuple(str(part) for part in trace.key),
            name=trace.name,
            label=item.label if item is not None else declared.label if declared else "",
            value=value_text(trace.value, trace.type, trace.scale),
            said=self._meanings.get((trace.type.choice, str(trace.value)), ""),
            unit=trace.type.unit,
            origin=trace.origin,
            created=trace.is_created,
            citations=item.citations if item is not None else (),
            because=tuple(_becauses(trace, matches)),
            place=item.place if item is not None else None,
            row=row,
            row_follows=row_follows,
            parameters=tuple(self._named(each) for each in used.values()),
            parts=tuple(self.sentence(read) for read in reads if not _is_row(read)),
        )

    def _named(self, parameter: c.Parameter) -> Named:
        found = self._parameters.get(parameter.name)
        literal = parameter.value
        if isinstance(literal, c.SetOf):
            text = f"{{{', '.join(literal.values)}}}"
        else:
            scale = literal.shape.scale if literal.shape is not None else None
            text = value_text(literal.value, literal.type, scale)
        return Named(parameter.name, text, found.citations if found is not None else ())


def _is_row(trace: Trace) -> bool:
    return trace.item is not None and trace.item.kind is c.ItemKind.ROW


def _without_rows(trace: Trace) -> Iterator[Trace]:
    """Yield ``trace``, and behind it the row number of a table that it was picked by."""
    yield trace
    for read in trace.reads:
        if _is_row(read):
            yield from _without_rows(read)


def _becauses(trace: Trace, matches: list[Match]) -> Iterator[Because]:
    """Yield the reasons of the cases that held, else what the author wrote of the whole."""
    found = False
    for match in matches:
        for index in match.holding:
            arm = match.arms[index]
            if arm.because:
                found = True
                yield Because(arm.because, arm.citations, index == match.arm)
    if not found and trace.item is not None and trace.origin is Origin.COMPUTED:
        for text in trace.item.because:
            yield Because(text, (), decided=True)


def _row(inner: list[Trace], matches: list[Match]) -> tuple[c.Place | None, bool]:
    """Return where the row of a table or scale stands that matched; the last row has no arm."""
    item = inner[-1].item
    if item is None or item.kind not in _TABLES:
        return None, False
    for match in matches:
        if match.kind is c.CasesKind.ROWS and match.arms:
            arm = match.matched or match.arms[-1]
            return arm.place, match.matched is None
    return None, False


def value_text(value: object, type_: Type, scale: int | None) -> str:
    """Return a value as an author writes it.

    >>> value_text(425, Type(Unit.PERCENT), 4), value_text(None, Type(Unit.MONEY), 2)
    ('4.25%', 'missing')
    """
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and type_.unit in QUANTITIES:
        return quantity_text(Fraction(value, 10 ** (scale or 0)), type_.unit)
    if isinstance(value, tuple):
        return _list_text(value, lambda part: value_text(part, type_, scale))
    return str(value)


def _list_text(values: tuple[object, ...], part_text: Callable[[object], str]) -> str:
    if not values:
        return "none"
    shown = [
        " ".join(str(part) for part in value) if isinstance(value, tuple) else part_text(value)
        for value in values
    ]
    return "; ".join(shown)
