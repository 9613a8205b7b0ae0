"""One thing through the years: what each says of it, under the name that it then has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import pairwise

from attrs import evolve, frozen

from mipsdsl.diagnostics import Report
from mipsdsl.diff.cells import cells_of
from mipsdsl.diff.chains import Link
from mipsdsl.diff.change import Change, Effect
from mipsdsl.diff.compare import diff_of
from mipsdsl.diff.edits import Piece
from mipsdsl.diff.normal import bare, same
from mipsdsl.diff.policy import Key, Policy, part_of, policy_of
from mipsdsl.diff.renames import Renaming, renamed_by
from mipsdsl.diff.route import Route, route, step
from mipsdsl.diff.words import words
from mipsdsl.library import base_of
from mipsdsl.pipeline import consolidate
from mipsdsl.semantics.amend import amend
from mipsdsl.semantics.resolve import resolve
from mipsdsl.semantics.symbols import Symbols
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.parser import parse
from mipsdsl.syntax.trees import tree_of

_SHORT = 72
_ROWS = (("~", "changed"), ("+", "added"), ("-", "removed"))


class NoSuchName(Exception):
    """No year has a thing of that name, or it can be several; the message says which there are."""


@frozen
class Year:
    """A year: its files and what it says; ``follows`` when it amends the one before it."""

    name: str
    sources: tuple[Source, ...]
    policy: Policy
    symbols: Symbols
    follows: bool

    @property
    def label(self) -> str:
        """Return its name for people: a year as it was published has no number."""
        return self.name.removesuffix("#0")


@frozen
class Line:
    """What one year says of the thing: ``status`` is value, changed, as before or absent.

    ``amount`` is the value of a quantity as it is written, without its unit. With the first
    correction of the government the ``year`` is 2018#1.
    """

    year: str
    name: str
    status: str
    text: str
    amount: str = ""
    citations: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


@frozen
class _Wanted:
    """What is asked for: a thing, or a column of a table, or the cell in one row of it."""

    record: str
    name: str
    column: str = ""
    where: tuple[n.RowCell, ...] = ()


def years_of(named: Sequence[tuple[str, tuple[Source, ...]]]) -> list[Year]:
    """Return the years consolidated; each is amended only once where it rests on the one before."""
    found: list[Year] = []
    files: tuple[n.File, ...] = ()
    symbols: Symbols | None = None
    for name, sources in named:
        follows = bool(found) and base_of(sources) in _names_of(found[-1])
        if follows and symbols is not None:
            changes = [tree_of(source, Report()) for source in sources]
            files = amend(files, changes, symbols, Report())
        else:
            files = consolidate(sources, Report())
        symbols = resolve(files, Report())
        found.append(Year(name, sources, policy_of(files, symbols), symbols, follows))
    return found


def _names_of(year: Year) -> set[str]:
    return {year.name, year.name.partition("#")[0]}


def history(years: Sequence[Year], asked: str) -> list[Line]:
    """Return a line for each of ``years``: what it says of what is ``asked`` for.

    That is a name (``performance_threshold``, ``submission.final_score``), a column of a table
    (``weights.quality_weight``) or a cell (``weights.quality_weight where scheme traditional``), as
    any of the years has it.

    Raises:
        NoSuchName: no year has it, or it can be several things.

    """
    ways = [_way(a, b) for a, b in pairwise(years)]
    start, wanted = _start(years, asked)
    names = {start: wanted}
    for index in range(start, len(years) - 1):
        names[index + 1] = _later(names[index], ways[index].renamings)
    for index in range(start, 0, -1):
        names[index - 1] = _earlier(names[index], ways[index - 1].renamings)
    lines = []
    for index, year in enumerate(years):
        before = years[index - 1] if index else None
        way = ways[index - 1] if index else Route()
        old = None if before is None else _old(before, names[index - 1], year, names[index], way)
        lines.append(_line(year, old, way, names[index]))
    return lines


def _way(before: Year, year: Year) -> Route:
    if year.follows:
        return step(year.sources, next(iter(year.symbols.records), ""))
    return route(before.sources, year.sources)


# --- which thing is meant --------------------------------------------------------------------------


def _start(years: Sequence[Year], asked: str) -> tuple[int, _Wanted]:
    path, where = _parsed(asked)
    for index in range(len(years) - 1, -1, -1):
        found = _oldest(list(dict.fromkeys(_fitting(years[index].policy, path))), years)
        if len(found) > 1:
            full = ", ".join(".".join(x for x in (w.record, w.name, w.column) if x) for w in found)
            raise NoSuchName(f"{asked} can be several things in {years[index].label}: {full}")
        if found:
            return index, evolve(found[0], where=where)
    known = [key.name for year in years for key in year.policy]
    near = get_close_matches(path[-1], sorted(set(known)), n=3, cutoff=0.6)
    hint = f"; near it: {', '.join(near)}" if near else ""
    raise NoSuchName(f"no year has {asked}{hint}")


def _oldest(found: list[_Wanted], years: Sequence[Year]) -> list[_Wanted]:
    """Return those of several things that the most years have: what came later needs its full name."""
    number = {each: sum(_key(year.policy, each) is not None for year in years) for each in found}
    return [each for each in found if number[each] == max(number.values())]


def _parsed(asked: str) -> tuple[list[str], tuple[n.RowCell, ...]]:
    """Return the path and the cells of what is asked for, read as ``keep`` would read them."""
    report = Report()
    items = parse(Source("", f"keep {asked} = 0"), report).items
    if report.has_errors or len(items) != 1 or not isinstance(items[0], n.Keep):
        raise NoSuchName(f"{asked} is no name; write performance_threshold, or weights.cost_weight")
    return [part.text for part in items[0].path.parts], items[0].where


def _fitting(policy: Policy, path: Sequence[str]) -> Iterator[_Wanted]:
    for key, entry in policy.items():
        if list(path) in ([key.name], [key.record, key.name]):
            yield _Wanted(key.record, key.name)
        if isinstance(entry.thing, n.Table):
            for column in (words(cell) for cell in entry.thing.header.conclusions):
                full = [key.record, key.name, column]
                known = (full, full[1:], [key.record, column], [column])
                if list(path) in known and column != key.name:
                    yield _Wanted(key.record, key.name, column)


def _later(wanted: _Wanted, renamings: Sequence[Renaming]) -> _Wanted:
    records = {x.key.name: x.new for x in renamings if x.key.what in {"record", "reference"}}
    record = records.get(wanted.record, wanted.record)
    new = {x.key.name: x.new for x in renamings if x.key.record == record}
    name, column = (new.get(x, x) for x in (wanted.name, wanted.column))
    where = tuple(evolve(x, path=_renamed(x.path, new)) for x in wanted.where)
    return _Wanted(record, name, column, where)


def _earlier(wanted: _Wanted, renamings: Sequence[Renaming]) -> _Wanted:
    old = {x.new: x.key.name for x in renamings if x.key.record == wanted.record}
    records = {x.new: x.key.name for x in renamings if x.key.what in {"record", "reference"}}
    name, column = (old.get(x, x) for x in (wanted.name, wanted.column))
    where = tuple(evolve(x, path=_renamed(x.path, old)) for x in wanted.where)
    return _Wanted(records.get(wanted.record, wanted.record), name, column, where)


def _renamed(path: n.Path, names: dict[str, str]) -> n.Path:
    parts = (evolve(part, text=names.get(part.text, part.text)) for part in path.parts)
    return evolve(path, parts=tuple(parts))


# --- what a year says ----------------------------------------------------------------------------------


def _old(before: Year, wanted: _Wanted, year: Year, now: _Wanted, way: Route) -> Policy:
    """Return what the year before said of the thing, in the names of ``year``."""
    key = _key(before.policy, wanted) or _key(year.policy, now)
    part = {} if key is None else part_of(before.policy, key)
    return renamed_by(way.renamings, part, before.symbols, year.symbols) if way.renamings else part


def _line(year: Year, old: Policy | None, way: Route, wanted: _Wanted) -> Line:
    key, shown_as = _key(year.policy, wanted), year.label
    name = ".".join(x for x in (wanted.record, wanted.name, wanted.column) if x)
    if key is None:
        return Line(shown_as, name, "absent", "–")
    thing = year.policy[key].thing
    text, amount = _value(thing, wanted)
    citations = getattr(thing, "citations", ())
    because = getattr(thing, "because", ())
    if old is None:
        return Line(shown_as, name, "value", text or _start_text(thing), amount, citations, because)
    found = diff_of(key, old, year.policy, way.renamings, way.amendments)
    changes = [change for change in found if change.effect is not Effect.TEXT]
    if wanted.column:
        changes = [c for c in changes if _is_of(c, wanted, old, key)]
    if not changes:
        return Line(shown_as, name, "as before", "as before", amount, citations)
    if not changes[0].way and changes[0].old is None:
        status, text = "value", text or _start_text(thing)
    else:
        status, text = ("value", text) if text else ("changed", _changed(changes))
    cited, reasons = changes[0].citations, changes[0].because
    return Line(shown_as, name, status, text, amount, cited or citations, reasons)


def _key(policy: Policy, wanted: _Wanted) -> Key | None:
    return next(
        (k for k in policy if (k.record, k.name) == (wanted.record, wanted.name)), None
    )  # fmt: skip


def _value(thing: n.Node, wanted: _Wanted) -> tuple[str, str]:
    """Return the value of a thing that has one, and its amount."""
    match thing:
        case n.Parameter(value=value):
            return words(value), _amount(value)
        case n.Population(published=published) if published is not None:
            return f"published {words(published)}", _amount(published)
        case n.Table() if wanted.column:
            cells = list(dict.fromkeys(words(cell) for cell in _cells(thing, wanted)))
            return ", ".join(cells) or "no such row", _amount_of(cells)
        case _:
            return "", ""


def _amount(value: n.Node) -> str:
    sign, inner = ("-", bare(value.operand)) if isinstance(value, n.Minus) else ("", bare(value))
    if isinstance(inner, n.Number | n.Percent | n.Money | n.Points):
        return sign + inner.text.replace(",", "")
    return ""


def _amount_of(cells: Sequence[str]) -> str:
    """Return the amount of the one quantity that all cells hold."""
    alone = cells[0].strip("$%").removesuffix(" points") if len(cells) == 1 else ""
    return alone.replace(",", "") if alone.replace(",", "").replace(".", "").isdigit() else ""


def _cells(table: n.Table, wanted: _Wanted) -> Iterator[n.Cell]:
    heads = [words(cell) for cell in table.header.conditions]
    columns = [words(cell) for cell in table.header.conclusions]
    for row in table.rows:
        looked_at = dict(zip(heads, row.conditions, strict=False))
        if all(_says(looked_at.get(x.path.text), x.part) for x in wanted.where):
            yield row.conclusions[columns.index(wanted.column)]


def _says(cell: n.Cell | None, wanted: n.CellPart) -> bool:
    """Whether a cell says ``wanted``, alone or among others."""
    return cell is not None and any(same(part, wanted) for part in cell.parts)


def _is_of(change: Change, wanted: _Wanted, old: Policy, key: Key) -> bool:
    """Whether a change of a table is one of the column, or of the cell, that is asked for."""
    if change.way and change.way[0].name == "rows" and len(change.way) > 1:
        return change.part[-1:] == (wanted.column,)
    if not wanted.where or key not in old:
        return True
    was, now = old[key].thing, change.new
    if not isinstance(was, n.Table) or not isinstance(now, n.Table):
        return True
    olds, news = ([words(x) for x in _cells(table, wanted)] for table in (was, now))
    return olds != news


def _start_text(thing: n.Node) -> str:
    match thing:
        case n.Rule(body=body) if len(words(body)) <= _SHORT:
            return words(body)
        case n.Table(rows=rows):
            return f"{len(rows)} rows"
        case n.Scale(rows=rows):
            return f"{len(rows)} segments"
        case n.Choice(values=values):
            return f"{len(values)} values"
        case n.Field():
            return words(thing)
        case _:
            return "begins"


def _changed(changes: Sequence[Change]) -> str:
    first = changes[0]
    if isinstance(first.old, n.Table) and isinstance(first.new, n.Table):
        return _rows_changed(first.old, first.new)
    part = f"{', '.join(first.part)}: " if first.part else ""
    old, new = (_shown(piece) for piece in (first.old, first.new))
    said = f"{part}{old} → {new}" if old and new else f"{part}{f'+ {new}' if new else f'- {old}'}"
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"changed: {said}{more}" if len(said) <= _SHORT else f"changed in {_places(changes)}"


def _shown(piece: Piece) -> str:
    if piece is None:
        return ""
    return f"… {words(piece)}" if isinstance(piece, Link) else words(piece)


def _rows_changed(old: n.Table, new: n.Table) -> str:
    cells = cells_of(old, new)
    marks = [row.mark for row in cells.rows] if cells is not None else []
    number = ((marks.count(mark), word) for mark, word in _ROWS)
    return "rows: " + ", ".join(f"{count} {word}" for count, word in number if count)


def _places(changes: Sequence[Change]) -> str:
    return "1 place" if len(changes) == 1 else f"{len(changes)} places"


# --- a chart -------------------------------------------------------------------------------------------

_BLOCKS = " ▏▎▍▌▋▊▉█"


def bar(share: float, width: int) -> str:
    """Return a bar that fills ``share`` of ``width`` characters.

    >>> bar(0.5, 4)
    '██'
    """
    eighths = round(max(0.0, share) * width * 8)
    return "█" * (eighths // 8) + _BLOCKS[eighths % 8].strip()
