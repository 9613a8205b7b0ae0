"""The layers above the text of a comparison, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from textwrap import wrap

from attrs import evolve

from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.diff.text import Paint, plain
from mipsdsl.engines.store import Stored
from mipsdsl.impact.answers import (
    Attribution,
    Effect,
    Layers,
    Population,
    Proof,
    Proofs,
    Sameness,
    Why,
    Witness,
)
from mipsdsl.semantics.cells import quantity_text
from mipsdsl.whatif.compare import Comparison, Group
from mipsdsl.whatif.report import Figure

_INDENT = "  "
_NUMBERS = {"proof": 2, "witnesses": 3, "people": 4, "why": 5}


def as_text(layers: Layers, *, width: int = 100, paint: Paint = plain) -> str:
    """Return what the layers say, each under its heading."""
    shown = _Shown(width, paint)
    lines: list[str] = []
    for name, title, part in (
        ("proof", "2 proof", layers.proofs),
        ("witnesses", "3 people", layers.witnesses),
        ("people", "4 how many", layers.population),
        ("why", "5 why", layers.why),
    ):
        if name in layers.skipped:
            lines += ["", shown.heading(title), f"{_INDENT}skipped: {layers.skipped[name]}"]
        elif part is not None:
            lines += ["", *shown.part(title, part)]
    return "\n".join(lines).lstrip("\n")


class _Shown:
    def __init__(self, width: int, paint: Paint) -> None:
        self._width = width
        self._paint = paint

    def heading(self, title: str) -> str:
        """Return the line above a layer."""
        rule = "─" * max(3, self._width - len(title) - 5)
        return self._paint(f"─── {title} {rule}", "bold")

    def part(self, title: str, part: object) -> Iterator[str]:
        """Yield the lines of a layer."""
        match part:
            case Proofs():
                yield self.heading(title)
                yield from self._proofs(part)
            case tuple():
                yield self.heading(title)
                yield from self._witnesses(part)
            case Population():
                yield self.heading(title)
                yield from self._population(part)
            case Why():
                yield self.heading(title)
                yield from self._why(part)
            case _:
                raise TypeError(f"no layer: {part!r}")

    def wrapped(self, text: str, indent: int = 2, more: int = 2) -> list[str]:
        """Return ``text`` in lines."""
        return wrap(
            text, self._width, initial_indent=" " * indent,
            subsequent_indent=" " * (indent + more), break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip

    # --- 2 proof ---

    def _proofs(self, found: Proofs) -> Iterator[str]:
        same = [each.name for each in found.outputs if each.sameness is Sameness.SAME]
        if same:
            yield from self.wrapped(f"same for everyone: {', '.join(same)}")
        for each in found.outputs:
            if each.sameness is not Sameness.SAME:
                yield from self.wrapped(_proof(each))
        if found.reworded:
            names = ", ".join(key.full for key in found.reworded)
            yield from self.wrapped(f"reworded, same meaning: {names}")
        if not found.outputs:
            yield f"{_INDENT}no output of one is an output of the other"

    # --- 3 people ---

    def _witnesses(self, found: Sequence[Witness]) -> Iterator[str]:
        if not found:
            yield f"{_INDENT}nobody was found for whom an output differs"
        for each in found:
            first, *others = each.figures
            yield from self.wrapped(f"W{each.number} {each.kind}: {_sides(first)}")
            for record, rows in each.tables.items():
                for row in rows:
                    said = ", ".join(f"{name} {value}" for name, value in row.items())
                    yield from self.wrapped(f"{record}: {said}", 5)
            of_record: dict[str, list[Figure]] = {}
            for figure in others:
                of_record.setdefault(figure.name.rpartition(".")[0], []).append(figure)
            for record, figures in of_record.items():
                said = ", ".join(_sides(evolve(x, name=x.name.rpartition(".")[2])) for x in figures)
                yield from self.wrapped(f"{'of the ' + record if record else 'also'}: {said}", 5)

    # --- 4 how many ---

    def _population(self, found: Population) -> Iterator[str]:
        for note in (f"{found.size:,} people: {found.whose}", *found.notes):
            yield from (self._paint(line, "dim") for line in self.wrapped(note))
        for name, comparison in found.outcomes.items():
            yield from self._outcome(name, comparison)
        whole = next((each.whole for each in found.outcomes.values()), None)
        rows = [["", "before", "after", "change"]]
        for figure in found.factors:
            rows.append([figure.name, *_both(figure), ""])
        for name, (type_, scale) in found.money.items():
            if whole is not None:
                before, after = whole.money[name]
                texts = [amount(type_, scale, each) for each in (before, after)]
                rows.append([name, *texts, signed(type_, scale, after - before)])
        if len(rows) > 1:
            yield from ("", *_table(rows))
        for name, comparison in found.outcomes.items():
            yield from self._groups(name, comparison)

    def _outcome(self, name: str, found: Comparison) -> Iterator[str]:
        whole = found.whole
        changes = ", ".join(
            f"{label} {whole.before(label):,} → {whole.after(label):,}" for label in found.labels
        )
        yield from self.wrapped(f"{name}: {changes}")
        moves = sorted(
            ((number, old, new) for (old, new), number in whole.flows.items() if old != new),
            key=lambda move: (-move[0], move[1:]),
        )
        said = ", ".join(f"{old} → {new} {number:,}" for number, old, new in moves)
        moved = f"{whole.moved:,} of {whole.size:,} move"
        yield from self.wrapped(f"{moved}: {said}" if said else "nobody moves", 4)

    def _groups(self, name: str, found: Comparison) -> Iterator[str]:
        labels = found.labels
        for by in dict.fromkeys(group.by for group in found.groups):
            groups = [group for group in found.groups if group.by == by]
            if len(groups) > 1:
                rows = [[f"{name} by {by}", "number", *labels, "move"]]
                rows += [_group(group, labels) for group in groups]
                yield from ("", *_table(rows))

    # --- 5 why ---

    def _why(self, found: Why) -> Iterator[str]:
        if found.together:
            yield from self.wrapped(f"all changes are one group: {found.together}")
        for note in found.notes:
            yield from (self._paint(line, "dim") for line in self.wrapped(note))
        for number, each in enumerate(found.attributions):
            yield from ([""] if number else [])
            yield from self._attribution(each)
        moving = {x.group for each in found.attributions for x in each.effects if _moves(x)}
        still = [name for name in found.groups if name not in moving]
        if still and found.attributions:
            yield from ("", *self.wrapped(f"no effect on these people: {', '.join(still)}"))
        if any(not each.exact for each in found.attributions):
            orders = next(each.orders for each in found.attributions if not each.exact)
            yield from self.wrapped(f"shares are means over {orders} orders at random, ± one error")

    def _attribution(self, found: Attribution) -> Iterator[str]:
        type_, scale = found.type, found.scale
        ends = [amount(type_, scale, each) for each in (found.before, found.after)]
        moved = signed(type_, scale, found.after - found.before)
        rows = [[found.measure, "share", "alone", "last in"]]
        effects = sorted(found.effects, key=lambda each: (-abs(each.shapley), each.group))
        for each in effects:
            if _moves(each):
                share = mean(type_, scale, each.shapley, found.orders)
                error = f" ± {amount(type_, scale, round(each.error))}" if each.error else ""
                others = (signed(type_, scale, x) for x in (each.alone, each.last))
                rows.append([each.group, share + error, *others])
        rows.append([f"{ends[0]} → {ends[1]}", moved, "", ""])
        yield from _table(rows)


def _proof(each: Proof) -> str:
    name = f"{each.record}.{each.name}" if each.record else each.name
    bound = f" ({each.bound})" if each.bound else ""
    why = f": {each.why}" if each.why else ""
    word = "same for everyone" if each.sameness is Sameness.SAME else each.sameness.value
    return f"{word} {name}{why}{bound}"


def _moves(effect: Effect) -> bool:
    return bool(effect.shapley or effect.alone or effect.last)


def _group(group: Group, labels: Sequence[str]) -> list[str]:
    changes = [f"{group.before(each):,} → {group.after(each):,}" for each in labels]
    return [group.value, f"{group.size:,}", *changes, f"{group.moved:,}"]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows in columns: the first to the left, the others to the right."""
    wide = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        first, *rest = zip(row, wide, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
        lines.append((_INDENT + "  ".join(cells)).rstrip())
    return lines


# --- values --------------------------------------------------------------------------------------


def _sides(figure: Figure) -> str:
    before, after = _both(figure)
    return f"{figure.name} {before} → {after}" if before != after else f"{figure.name} {before}"


def _both(figure: Figure) -> tuple[str, str]:
    return value(figure, figure.before), value(figure, figure.after)


def value(figure: Figure, stored: Stored) -> str:
    """Return a value as people write it; a quantity with all its places."""
    if stored is None:
        return "–"
    if figure.type.unit not in QUANTITIES or not isinstance(stored, int):
        return "yes" if stored is True else "no" if stored is False else str(stored)
    return quantity_text(Fraction(stored, 10**figure.scale), figure.type.unit)


def amount(type_: Type, scale: int, stored: int) -> str:
    """Return a sum or a count: money in whole dollars.

    >>> amount(Type(Unit.MONEY), 2, -123456789), amount(Type(Unit.COUNT), 0, 1200)
    ('-$1,234,568', '1,200')
    """
    size = Fraction(stored, 10**scale)
    whole = f"{abs(_rounded(size)):,}"
    sign = "-" if _rounded(size) < 0 else ""
    return f"{sign}${whole}" if type_.unit is Unit.MONEY else f"{sign}{whole}"


def signed(type_: Type, scale: int, stored: int) -> str:
    """Return a change: what is more has its sign."""
    text = amount(type_, scale, stored)
    return f"+{text}" if stored > 0 and not text.startswith("-") else text


def mean(type_: Type, scale: int, numerator: int, orders: int) -> str:
    """Return a share of a change; counts with one place, as shares are seldom whole."""
    if type_.unit is Unit.MONEY:
        return signed(type_, scale, _rounded(Fraction(numerator, orders)))
    tenths = _rounded(Fraction(10 * numerator, orders * 10**scale))
    sign = "-" if tenths < 0 else "+" if tenths > 0 else ""
    return f"{sign}{abs(tenths) // 10:,}.{abs(tenths) % 10}"


def _rounded(size: Fraction) -> int:
    """Return the nearest whole number; of two, the one further from 0."""
    half = (2 * abs(size.numerator) + size.denominator) // (2 * size.denominator)
    return half if size >= 0 else -half
