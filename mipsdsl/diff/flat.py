"""The consolidated rules of a year as one text, each item with the year and file that it comes from.

The text is a policy of its own that amends nothing, and says the same as the year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from mipsdsl.diagnostics import Report
from mipsdsl.diff.policy import named
from mipsdsl.diff.renames import said_in
from mipsdsl.diff.words import words
from mipsdsl.format import format_file, format_item
from mipsdsl.library import NoSuchPolicy, layers
from mipsdsl.pipeline import Analysis
from mipsdsl.source import Source, Span
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.parser import parse
from mipsdsl.syntax.trees import tree_of
from mipsdsl.syntax.walk import walk

_HEADERS = (n.RulesHeader, n.Title, n.SourceOf)
_PARTS = (n.Row, n.Except, n.FirstRow, n.Field, n.ChoiceValue, n.Jump, n.PlacesTaken)
_WIDTH = 100


def flat(analysis: Analysis) -> str:
    """Return all that a policy says after its amendments, as one text in the canonical layout.

    Above each item stands where it was written and, behind it, where it was amended last; behind a
    part (a row, an exception, a member of a set) that comes from elsewhere, where that is.
    """
    past = _Past(analysis.sources)
    headers = [x for file in analysis.files for x in file.items if isinstance(x, _HEADERS)]
    order = sorted(headers, key=lambda x: _HEADERS.index(type(x)))
    blocks = ["\n".join([_origin(order[0].span), *map(format_item, order)])] if order else []
    for file in analysis.files:
        items = [x for x in file.items if not isinstance(x, (*_HEADERS, n.Amends))]
        if items and len(analysis.files) > 1:
            blocks.append(_rule(file.span.source.name))
        blocks += [_item(item, past) for item in items]
    return "\n\n".join(blocks) + "\n"


def _rule(name: str) -> str:
    area = name.rpartition("/")[2].removesuffix(".mips")
    return f"# --- {area} ".ljust(_WIDTH, "-")


def _item(item: n.Item, past: _Past) -> str:
    above = [_origin(item.span)]
    last = past.last(item)
    if last is not None:
        above[0] += f", amended in {_place(last)}"
    return "\n".join([*above, *_comment_above(item), _with_origins(item)])


def _origin(span: Span) -> str:
    return f"# {_place(span)}"


def _place(span: Span) -> str:
    return f"{span.source.name}:{span.line}"


def _comment_above(item: n.Item) -> list[str]:
    """Return the lines of comment that stand directly above ``item``."""
    found: list[str] = []
    for number in range(item.span.line - 1, 0, -1):
        line = item.span.source.line(number).strip()
        if not line.startswith("#") or line.startswith("# ---"):
            break
        found.append(line)
    return found[::-1]


# --- parts that come from elsewhere --------------------------------------------------------------------


def _with_origins(item: n.Item) -> str:
    """Return the text of ``item``, with comments behind its parts that come from elsewhere."""
    text = format_item(item)
    if isinstance(item, n.Parameter):  # alone and among others its tail is laid out in two ways
        text = format_file(text).rstrip("\n")
    elsewhere = list(_from_elsewhere(item))
    if not elsewhere:
        return text
    tree = parse(Source("", text), Report()).items[0]
    ends: dict[int, list[str]] = {}
    places = dict(elsewhere)
    for index, node in enumerate(walk(tree)):
        if index in places:
            line = text.count("\n", 0, node.span.end - 1)
            notes = ends.setdefault(line, [])
            notes += [places[index]] if places[index] not in notes else []
    lines = text.split("\n")
    for line, notes in ends.items():
        lines[line] += f"  # {', '.join(notes)}"
    return format_file("\n".join(lines)).rstrip("\n")


def _from_elsewhere(item: n.Item) -> Iterator[tuple[int, str]]:
    """Yield which nodes below ``item``, in the order of ``walk``, come from another file, and which."""
    members = {id(x) for node in walk(item) if isinstance(node, n.SetOf) for x in node.members}
    several = _is_mixed(item)
    for index, node in enumerate(walk(item)):
        if isinstance(node, _PARTS) or (id(node) in members and several):
            other = [x.span for x in walk(node) if x.span.source.name != item.span.source.name]
            if other:
                alone = isinstance(node, n.Row | n.Except | n.FirstRow | n.Field | n.Jump)
                yield index, f"{'' if alone else f'{words(node)}: '}{_place(other[-1])}"


def _is_mixed(item: n.Item) -> bool:
    """Whether a set in ``item`` has members from more than one file; else the item says it."""
    sets = [node for node in walk(item) if isinstance(node, n.SetOf)]
    return any(len({x.span.source.name for x in found.members}) > 1 for found in sets)


# --- what amended an item last -----------------------------------------------------------------------


@frozen
class _Touch:
    """An amendment of a thing: the year, counted from the first, and where it stands."""

    year: int
    span: Span


class _Past:
    """The years below a policy, and what each amended."""

    def __init__(self, sources: Sequence[Source]) -> None:
        try:
            years = layers(sources)
        except NoSuchPolicy:
            years = (tuple(sources),)
        self._years = {source.name: i for i, year in enumerate(years) for source in year}
        self._first = _first_record(years[0]) if len(years) > 1 else ""
        self._touched: dict[tuple[str, str], _Touch] = {}
        for index, year in enumerate(years[1:], start=1):
            self._read(index, [item for source in year for item in tree_of(source, Report()).items])

    def _read(self, year: int, items: Sequence[n.Item]) -> None:
        for one in said_in(items, self._first):
            key = one.key.record, one.key.name
            if key in self._touched:
                self._touched[one.key.record, one.new] = self._touched.pop(key)
        names = {(one.key.record, one.key.name): one.new for one in said_in(items, self._first)}
        for item in items:
            if isinstance(item, n.Amendment) and not isinstance(item, n.Keep | n.AddItem):
                owner, name = target_of(item, self._first)
                touch = _Touch(year, item.span)
                for record in dict.fromkeys((owner, owner or self._first)):
                    self._touched[record, names.get((record, name), name)] = touch

    def last(self, item: n.Item) -> Span | None:
        """Return where ``item`` was amended last, if it was."""
        own = self._years.get(item.span.source.name, 0)
        found = [
            _Touch(year, node.span)
            for node in walk(item)
            if (year := self._years.get(node.span.source.name, 0)) > own
        ]
        touched = (self._touched.get(key) for key in _keys(item, self._first))
        found += [touch for touch in touched if touch is not None and touch.year > own]
        return max(found, key=lambda touch: touch.year).span if found else None


def _first_record(year: Sequence[Source]) -> str:
    trees = (tree_of(source, Report()) for source in year)
    return next((x.name.text for tree in trees for x in tree.items if isinstance(x, n.Record)), "")


def _keys(item: n.Item, first: str) -> Iterator[tuple[str, str]]:
    """Yield the records and names of an item and of its fields."""
    key = named(item, first)
    if key is not None and not isinstance(item, n.Extend):
        yield key
    if isinstance(item, n.Record | n.Reference | n.Extend):
        yield from ((item.name.text, field.name.text) for field in item.fields)


def target_of(item: n.Amendment, first: str) -> tuple[str, str]:
    """Return the record and name of what is amended."""
    match item:
        case n.Values(choice=choice):
            return "", choice.text
        case n.RemoveClaim(text=text):
            return "", text
        case n.AddItem():
            return named(item.item, first) or ("", "")
        case n.RemoveItem(kind="field", path=path) | n.Rename(kind="value", path=path):
            return "", path.parts[0].text
        case n.SetValue(path=path, where=where) if where:
            parts = path.parts[:-1]
        case _:
            parts = item.path.parts
    names = [part.text for part in parts]
    return (names[0] if len(names) > 1 else ""), names[-1]
