"""What the page shows, ready for its template: texts and figures, no markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from attrs import frozen

from mipsdsl.core.types import Unit
from mipsdsl.diff import Change, Difference, Effect, Key, Kind
from mipsdsl.diff.change import HEADERS
from mipsdsl.diff.view import Line, Shown, areas, counts
from mipsdsl.impact.answers import Attribution, Layers, Population, Sameness, Why, Witness
from mipsdsl.impact.page.charts import Spec, flow, ordered, spread, waterfall, way
from mipsdsl.impact.page.citations import page_of
from mipsdsl.impact.page.sides import Sides, sides
from mipsdsl.impact.words import difference_text, mean_of, share_text, spoken, value_text
from mipsdsl.whatif.compare import Comparison

_SHORT = 160
_LAID_OUT = frozenset({"table", "scale", "choice", "record", "reference"})
"""Things whose text is in columns, which must not be broken into lines."""


@frozen
class Cell:
    """A cell of a table that sorts: what is read and what it is sorted by."""

    text: str
    by: str = ""
    kind: str = ""


@frozen
class Table:
    """A table: its heads, those of numbers (which stand on the right), and its rows."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()


@frozen
class Chart:
    """A chart and the table that says the same."""

    id: str
    title: str
    spec: Spec
    table: Table


@frozen
class Effected:
    """What the group of a change does to one measure."""

    measure: str
    amount: str


@frozen
class Thing:
    """A thing that changed: what it is, what is new, why, and what it does."""

    id: str
    kind: str
    what: str
    name: str
    area: str
    abouts: tuple[str, ...]
    short: str
    lines: tuple[Line, ...]
    because: tuple[str, ...]
    citations: tuple[tuple[str, str], ...]
    sides: Sides
    wraps: bool
    data: str
    reworded: bool
    group: str
    effects: tuple[Effected, ...]
    witnesses: tuple[Witness, ...]


@frozen
class Tile:
    """A figure that says most, and the section it leads to."""

    to: str
    figure: str
    said: str


def tiles(difference: Difference, layers: Layers, changes: Sequence[Change]) -> list[Tile]:
    """Return the figures that say most, one or two of each layer."""
    found: list[Tile] = []
    if layers.population is not None:
        found += _of_population(layers.population)
    if layers.proofs is not None and layers.proofs.outputs:
        outputs = layers.proofs.outputs
        differ = sum(each.sameness in {Sameness.DIFFERS, Sameness.UNLESS} for each in outputs)
        unknown = sum(each.sameness is Sameness.UNKNOWN for each in outputs)
        said = f"results differ for someone{f'; {unknown} unknown' if unknown else ''}"
        found.append(Tile("proof", f"{differ} of {len(outputs)}", said))
    number = sum(counts(changes).values())
    found.append(
        Tile("changes", f"{number:,}", f"provisions differ; {difference.untouched:,} as before")
    )
    return found


def _of_population(population: Population) -> Iterable[Tile]:
    for name, each in population.outcomes.items():
        whole = each.whole
        share = share_text(whole.moved, whole.size)
        said = f"of {whole.size:,} ({share}) have another {spoken(name)}"
        yield Tile("many", f"{whole.moved:,}", said)
    money = next(
        (each.whole.money for each in population.outcomes.values() if each.whole.money), {}
    )
    for name, (before, after) in money.items():
        type_, scale = population.money[name]
        moved = Fraction(after - before, 10**scale)
        yield Tile("many", difference_text(type_.unit, moved), f"{spoken(name)}, all together")


def filters(listed: Sequence[Thing]) -> list[tuple[str, int, list[str]]]:
    """Return what changes can be chosen by: its name, its column, and its values."""
    return [
        ("Kind", 0, sorted({each.kind for each in listed})),
        ("What", 1, sorted({each.what for each in listed})),
        ("File", 4, sorted({spoken(each.area) for each in listed})),
        ("About", 5, sorted({about for each in listed for about in each.abouts})),
    ]


# --- what changed --------------------------------------------------------------------------------


def things(difference: Difference, changes: Sequence[Change], layers: Layers) -> list[Thing]:
    """Return the things that changed, by area, in the order of their text.

    First come the areas that do most to something that is measured.
    """
    found: dict[Key, list[Change]] = {}
    weights = _weights(layers.why)
    for change in sorted(changes, key=lambda change: (-weights.get(change.area, 0), change.area)):
        if change.key.what not in HEADERS:
            found.setdefault(_now(change), []).append(change)
    reworded = frozenset(layers.proofs.reworded if layers.proofs is not None else ())
    groups = _groups(layers.why)
    return [
        _thing(number, key, own, difference, layers, key in reworded, groups.get(key, ""))
        for number, (key, own) in enumerate(found.items(), start=1)
    ]


def _weights(why: Why | None) -> Mapping[str, Fraction]:
    """Return the largest part that each group has in what moves one measure, up or down."""
    found: dict[str, Fraction] = {}
    for each in why.attributions if why is not None else ():
        whole = sum(abs(effect.shapley) for effect in each.effects)
        for effect in each.effects:
            part = Fraction(abs(effect.shapley), whole or 1)
            found[effect.group] = max(found.get(effect.group, Fraction(0)), part)
    return found


def _now(change: Change) -> Key:
    """Return the key by which a thing goes now; a renamed one has its change of name with it."""
    is_name = isinstance(change.new, str) and not change.way
    return Key(change.key.what, change.key.record, str(change.new)) if is_name else change.key


def _groups(why: Why | None) -> Mapping[Key, str]:
    listed = why.groups.items() if why is not None else ()
    return {key: group for group, keys in listed for key in keys}


def _thing(
    number: int, key: Key, changes: Sequence[Change], difference: Difference, layers: Layers,
    reworded: bool, group: str,
) -> Thing:  # fmt: skip
    shown = [each for area in areas(difference, changes) for each in area.things]
    label = _label(key, difference)
    return Thing(
        id=f"c{number}",
        kind="changed" if any(change.way for change in changes) else changes[0].kind.value,
        what=key.what,
        name=key.full,
        area=changes[0].area,
        abouts=_abouts(changes),
        short=_short(shown, changes),
        lines=tuple(line for each in shown for line in each.lines),
        because=tuple(dict.fromkeys(text for change in changes for text in change.because)),
        citations=tuple(
            (text, page_of(text))
            for text in dict.fromkeys(text for change in changes for text in change.citations)
        ),
        sides=sides(key, difference.old, difference.new),
        wraps=key.what not in _LAID_OUT,
        data=next((each.data for each in shown if each.data), ""),
        reworded=reworded,
        group=group,
        effects=tuple(_effects(group, layers.why)),
        witnesses=tuple(each for each in layers.witnesses or () if _tells(each, key, label)),
    )


def _abouts(changes: Iterable[Change]) -> tuple[str, ...]:
    there = {change.effect for change in changes}
    more = there - {Effect.TEXT} or there
    return tuple(each.value for each in Effect if each in more)


def _short(shown: Sequence[Shown], changes: Sequence[Change]) -> str:
    """Return the first thing that is said of a change; of what is gone, why."""
    first = next((each for each in shown if each.kind is not Kind.RENAMED), shown[0])
    called = f"{changes[0].key.what} {changes[0].key.full}"
    if first.lines:
        more = len(first.lines) - 1
        return _cut(_said(first.lines[0])) + (f" (and {more} more)" if more else "")
    if first.cells is not None and first.cells.rows:
        number = len(first.cells.rows)
        return "1 row of the table" if number == 1 else f"{number} rows of the table"
    if first.kind is Kind.RENAMED:
        return _cut(first.head.replace(" is now ", " → ").removeprefix(f"{changes[0].key.what} "))
    if first.text:
        return _cut(" ".join(" ".join(first.text).split()).removeprefix(called).lstrip(":= "))
    said = first.head.removeprefix(called).strip()
    return _cut(said or "; ".join(changes[0].because))


def _said(line: Line) -> str:
    part = f"{line.part}: " if line.part else ""
    if line.old and line.new:
        return f"{part}{line.old} → {line.new}"
    return f"{part}{'+ ' if line.new else '- '}{line.new or line.old}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT].rsplit(' ', 1)[0]} …"


def _label(key: Key, difference: Difference) -> str:
    entry = difference.new.get(key) or difference.old.get(key)
    label = getattr(entry.thing, "label", "") if entry is not None else ""
    return label if isinstance(label, str) else ""


def _tells(witness: Witness, key: Key, label: str) -> bool:
    """Return whether the accounts of a witness speak of a thing."""
    names = {key.name, spoken(key.name), label} - {""}
    pattern = "|".join(re.escape(name) for name in names)
    found = re.compile(rf"(?<![\w.])(?:{pattern})(?!\w)")
    return any(found.search(account) for account in witness.explained)


def _effects(group: str, why: Why | None) -> Iterable[Effected]:
    for each in why.attributions if why is not None else ():
        for effect in each.effects:
            if effect.group == group and effect.shapley:
                amount = mean_of(effect.shapley, each)
                yield Effected(spoken(each.measure), difference_text(each.type.unit, amount))


# --- how many ------------------------------------------------------------------------------------


def flow_chart(number: int, name: str, comparison: Comparison) -> Chart:
    """Return who moves from which outcome to which."""
    whole, labels = comparison.whole, comparison.labels
    rows = [
        (
            Cell(old),
            *(
                Cell(f"{whole.flows.get((old, new), 0):,}", kind=_way(old, new, comparison))
                for new in labels
            ),
            Cell(f"{whole.before(old):,} ({share_text(whole.before(old), whole.size)})"),
        )
        for old in labels
    ]
    after = (f"{whole.after(x):,} ({share_text(whole.after(x), whole.size)})" for x in labels)
    rows.append((Cell("after"), *map(Cell, after), Cell(f"{whole.size:,}")))
    table = Table(
        f"{spoken(name)}: before, from top to bottom; after, from left to right",
        ("before ↓ after →", *labels, "before"), tuple(rows),
        frozenset(range(1, len(labels) + 2)),
    )  # fmt: skip
    return Chart(f"flow{number}", spoken(name), flow(name, comparison), table)


def _way(old: str, new: str, comparison: Comparison) -> str:
    return way(old, new) if comparison.whole.flows.get((old, new), 0) else ""


def subgroups(name: str, comparison: Comparison, population: Population) -> Table | None:
    """Return how each subgroup fares; nothing without subgroups."""
    if not comparison.groups:
        return None
    labels, money = comparison.labels, tuple(population.money)
    heads = ["subgroup", "value", "number", "move", "share that moves"]
    heads += [*labels, *(f"{spoken(each)}, change" for each in money)]
    rows = []
    for group in comparison.groups:
        share = Fraction(group.moved, group.size or 1)
        cells = [Cell(spoken(group.by.rpartition(".")[2])), Cell(spoken(group.value))]
        cells += [_number(group.size), _number(group.moved)]
        cells.append(Cell(share_text(group.moved, group.size), str(float(share))))
        cells += [_from_to(group.before(label), group.after(label)) for label in labels]
        for each in money:
            type_, scale = population.money[each]
            before, after = group.money.get(each, (0, 0))
            moved = Fraction(after - before, 10**scale)
            cells.append(Cell(difference_text(type_.unit, moved), str(float(moved))))
        rows.append(tuple(cells))
    caption = f"{spoken(name)}, by subgroup"
    return Table(caption, tuple(heads), tuple(rows), frozenset(range(2, len(heads))))


def _number(number: int) -> Cell:
    return Cell(f"{number:,}", str(number))


def _from_to(before: int, after: int) -> Cell:
    """Return a number before and after; it is sorted by how much more it is."""
    return Cell(f"{before:,} → {after:,}", str(after - before))


def spread_charts(population: Population, names: tuple[str, str]) -> list[Chart]:
    """Return how quantities are spread before and after."""
    charts = []
    for number, each in enumerate(population.spreads, start=1):
        edges = [value_text(each.type, each.scale, edge) for edge in each.edges]
        rows = tuple(
            (Cell(f"{low} to {high}"), Cell(f"{before:,}"), Cell(f"{after:,}"))
            for low, high, before, after in zip(
                edges, edges[1:], each.before, each.after, strict=False
            )
        )
        table = Table(
            f"{spoken(each.name)}: how many have which", (spoken(each.name), *names), rows,
            frozenset({1, 2}),
        )  # fmt: skip
        charts.append(Chart(f"spread{number}", spoken(each.name), spread(each, names), table))
    return charts


# --- why -----------------------------------------------------------------------------------------


def waterfall_chart(number: int, why: Attribution) -> Chart:
    """Return how the provisions lead from the old value of a measure to the new."""
    unit, steps = why.type.unit, 10**why.scale
    rows = [
        (
            Cell(spoken(each.group)),
            *(_moved(unit, Fraction(x, steps)) for x in (each.alone, each.last)),
            _moved(unit, mean_of(each.shapley, why), error=each.error / steps),
        )
        for each in ordered(why)
    ]
    total = difference_text(unit, Fraction(why.after - why.before, steps))
    rows.append((Cell("all together", kind="total"), Cell(""), Cell(""), Cell(total)))
    caption = f"{spoken(why.measure)}, by group of provisions"
    table = Table(
        caption, ("provisions", "alone", "last", "share"), tuple(rows), frozenset({1, 2, 3})
    )
    return Chart(f"why{number}", spoken(why.measure), waterfall(why), table)


def _moved(unit: Unit, amount: Fraction, *, error: float = 0.0) -> Cell:
    text = difference_text(unit, amount)
    return Cell(f"{text} ± {error:.2g}" if error else text)
