"""Why a change was made: the reason and citations of the amendment that made it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeAlias

from attrs import evolve

from mipsdsl.diff.chains import Link
from mipsdsl.diff.change import Change, Kind
from mipsdsl.diff.edits import Piece, exception_called, reason_called
from mipsdsl.diff.normal import normal, same
from mipsdsl.diff.policy import Policy, Thing
from mipsdsl.diff.renames import Renaming
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.walk import walk

Reason: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""Citations, and reasons."""


class Reasons:
    """The amendments between two policies, to be asked which of them made a change."""

    def __init__(
        self,
        amendments: Sequence[n.Amendment],
        renamings: Sequence[Renaming],
        gone: Sequence[Renaming] = (),
    ) -> None:
        """Keep the amendments, by what they name: its new name, or of what is ``gone`` the old one."""
        new = {one.key.name: one.new for one in renamings}
        new |= {one.new: one.key.name for one in gone}
        self._renamed_since = {*(one.new for one in renamings), *(one.key.name for one in gone)}
        self._by_name: dict[str, list[n.Amendment]] = {}
        for item in amendments:
            for name in _names(item):
                self._by_name.setdefault(new.get(name, name), []).append(item)

    def given(self, change: Change, new: Policy) -> Change:
        """Return ``change`` with its reason and citations: the amendment's, or else the thing's."""
        if change.kind is Kind.RENAMED:
            return self._renamed(change)
        found = self._of_members(change)
        if not found and (one := self._amendment(change)) is not None:
            found = [self._since(one, change)]
        if found:
            reasons = [_reason(each) for each in found]
            citations = tuple(dict.fromkeys(x for each, _ in reasons for x in each))
            because = tuple(dict.fromkeys(x for _, each in reasons for x in each))
            return evolve(change, citations=citations, because=because)
        entry = new.get(change.key)
        thing = entry.thing if entry is not None else change.old
        citations, because = _of_part(change.new) or _of_thing(thing)
        return evolve(change, citations=citations, because=because)

    def _of_members(self, change: Change) -> list[n.Amendment]:
        """Return what added to a set and took from it, where it is shown as another set altogether."""
        if not isinstance(change.new, n.SetOf) or change.kind is not Kind.CHANGED:
            return []
        found: list[n.Amendment] = []
        for item in self._by_name.get(change.key.name, []):
            if isinstance(item, n.Members):
                found.append(item)
            elif isinstance(item, n.SetValue | n.AddItem):
                found = [item]
        return found

    def _since(self, found: n.Amendment, change: Change) -> n.Amendment:
        """Return the amendment since which the text is as ``change`` says, or ``found``.

        An expression may have been set as a whole again later, for the sake of another part of it.
        """
        piece = change.old if change.new is None else change.new
        if not isinstance(found, n.SetValue | n.AddItem) or not change.way or _is_literal(piece):
            return found
        if change.new is None and self._renamed_since & _names_in(piece):
            return found
        first: n.Amendment = found
        for item in reversed(self._by_name.get(change.key.name, [])):
            tree = _whole_text(item)
            if tree is None:
                continue
            if _says(tree, piece) == (change.new is None):
                break
            first = item
        return first

    def _renamed(self, change: Change) -> Change:
        """Return a renaming with its reason; one by shape has that of the removal of the old."""
        named = self._by_name.get(change.new, []) if isinstance(change.new, str) else []
        gone = [item for item in named if isinstance(item, n.RemoveItem | n.RemoveClaim)]
        if change.because or change.citations or not gone:
            return change
        citations, because = _reason(gone[-1])
        return evolve(change, citations=citations, because=because)

    def _amendment(self, change: Change) -> n.Amendment | None:
        named = self._by_name.get(change.key.name, [])
        new = change.new
        if isinstance(new, n.Node) and not (change.way == () and change.kind is Kind.CHANGED):
            inside = [x for x in named if _holds(x, new)]
            if inside:
                return inside[-1]
        fitting = [item for item in named if _is_about(item, change)]
        return fitting[-1] if fitting else None


def _names(item: n.Amendment) -> tuple[str, ...]:
    match item:
        case n.SetValue(path=path, where=where):
            parts = path.parts
            return (
                (parts[-2].text, parts[-1].text) if where and len(parts) > 1 else (parts[-1].text,)
            )
        case n.AddItem(item=inner):
            return (_name_of(inner),)
        case n.Values(choice=choice):
            return (choice.text,)
        case n.RemoveClaim(text=text):
            return (text,)
        case n.Rename(path=path, name=name) if path.parts[-1] == name:
            return (path.parts[-1].text, path.parts[0].text)
        case n.Keep() | n.Rename():
            return ()
        case _:
            return (item.path.parts[-1].text,)


def _name_of(
    item: n.Rule
    | n.Table
    | n.Scale
    | n.Selection
    | n.Population
    | n.Parameter
    | n.Choice
    | n.Claim,
) -> str:
    match item:
        case n.Rule(target=target) | n.Table(target=target) | n.Scale(target=target):
            return target.name.text
        case n.Claim(text=text):
            return text
        case _:
            return item.name.text


def _holds(item: n.Amendment, part: n.Node) -> bool:
    """Whether ``part`` was written in ``item``."""
    whole, span = item.span, part.span
    inside = whole.start <= span.start and span.end <= whole.end
    return inside and span.end > span.start and whole.source.name == span.source.name


def _is_about(item: n.Amendment, change: Change) -> bool:
    """Whether ``item`` made a change of which the new text shows nothing: a removal, or a whole."""
    old, new = change.old, change.new
    match item:
        case n.RemoveItem() | n.RemoveClaim():
            return change.kind is Kind.REMOVED and not change.way
        case n.AddItem():
            return True
        case n.SetValue():
            gone = new is None and not item.where and isinstance(old, n.Expr | Link | n.FirstRow)
            return gone or (_is_node(new) and same(item.value, new))  # type: ignore[arg-type]  # it is a node
        case n.Members(removes=removes, members=members):
            return removes and any(same(member, old) for member in members.members if _is_node(old))  # type: ignore[arg-type]  # it is a node
        case n.Rename(label=label):
            return new == label
        case n.Values(removes=removes, values=values):
            names = [value.name for value in values]
            return removes and isinstance(old, n.ChoiceValue) and old.name in names
        case n.ChangeExcept(reason=reason) if reason:
            gone = isinstance(old, n.Except) and old.because == reason
            return gone or exception_called(reason) in change.part
        case n.ChangeReason(reason=reason) if reason:
            gone = isinstance(old, n.FirstRow) and old.because == reason
            return gone or reason_called(reason) in change.part
        case n.ChangeRows(old=rows):
            return isinstance(old, n.Row) and any(same(row, old) for row in rows)
        case _:
            return False


def _whole_text(item: n.Amendment) -> n.Node | None:
    """Return what an amendment says anew as a whole."""
    match item:
        case n.SetValue(where=()):
            return item.value
        case n.AddItem(item=inner):
            return inner
        case _:
            return None


@cache
def _parts(tree: n.Node) -> frozenset[n.Node]:
    return frozenset(walk(normal(tree)))


def _says(tree: n.Node, piece: Piece) -> bool:
    """Whether ``piece`` stands somewhere in ``tree``."""
    if isinstance(piece, Link):
        return all(_says(tree, part) for part in piece.parts)
    return isinstance(piece, n.Node) and normal(piece) in _parts(tree)


def _names_in(piece: Piece) -> set[str]:
    held = piece.parts if isinstance(piece, Link) else (piece,)
    nodes = (node for part in held if isinstance(part, n.Node) for node in walk(part))
    return {node.text for node in nodes if isinstance(node, n.Name)}


def _is_literal(piece: Piece) -> bool:
    """Whether ``piece`` says so little that it may stand anywhere."""
    held = piece.parts if isinstance(piece, Link) else (piece,)
    literals = (
        n.Number, n.Percent, n.Money, n.Points, n.Text, n.YesNo, n.Missing, n.Date, n.SetOf
    )  # fmt: skip
    return not all(isinstance(part, n.Node) and not isinstance(part, literals) for part in held)


def _is_node(piece: Piece) -> bool:
    return isinstance(piece, n.Node)


def _reason(item: n.Amendment) -> Reason:
    if isinstance(item, n.AddItem):
        return _of_thing(item.item)
    if isinstance(item, n.ChangeExcept) and item.exception is not None:
        return item.exception.citations, tuple(x for x in (item.exception.because,) if x)
    if isinstance(item, n.ChangeReason) and item.row is not None:
        return item.row.citations, tuple(x for x in (item.row.because,) if x)
    return item.citations, item.because


def _of_part(part: Piece) -> Reason | None:
    """Return the citations and reason that a part has of its own."""
    if isinstance(part, n.Except | n.FirstRow) and (part.citations or part.because):
        return part.citations, (part.because,) if part.because else ()
    return None


def _of_thing(thing: Thing | Piece) -> Reason:
    match thing:
        case (
            n.Rule() | n.Table() | n.Scale() | n.Selection() | n.Population() | n.Parameter()
            | n.Claim()
        ):  # fmt: skip
            return thing.citations, thing.because
        case _:
            return (), ()
