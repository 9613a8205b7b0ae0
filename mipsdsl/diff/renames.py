"""What has a new name: as the amendments between two policies say, or as the same shape shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mipsdsl.diff.normal import normal
from mipsdsl.diff.policy import Key, Policy, Thing, declared, files_of, policy_of, whole
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.walk import walk

if TYPE_CHECKING:
    from mipsdsl.semantics.symbols import Symbols

_ALIKE = 0.5
_MUCH = 24
"""So many nodes are not the same by chance."""


@frozen
class Renaming:
    """A thing of the old policy under a new name. ``key`` has the old name, and the new record."""

    key: Key
    new: str
    citations: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


Space = tuple[str, str]


def space_of(key: Key) -> Space:
    """Return the name as the rewriting of programs knows it."""
    if key.what in {"parameter", "population"}:
        return "global", key.name
    if key.what in {"record", "reference"}:
        return "record", key.name
    if key.what == "value":
        return f"={key.record}", key.name
    return ("choice", key.name) if key.what == "choice" else (key.record, key.name)


def with_new_names(policy: Policy, renamings: Iterable[Renaming]) -> Policy:
    """Return ``policy`` with all its things under their new names, wherever they are used."""
    listed = list(renamings)
    if not listed:
        return policy
    return renamed_by(listed, policy, declared(files_of(policy)), None)


def renamed_by(
    listed: Sequence[Renaming], policy: Policy, symbols: Symbols, later: Symbols | None
) -> Policy:
    """Return things of a policy that has ``symbols`` under new names, ``later`` if known."""
    from mipsdsl.semantics.rewrite import renamed

    files = files_of(policy)
    spaces = {space_of(one.key): one.new for one in _before_records(listed)}
    made = tuple(
        evolve(file, items=tuple(renamed(item, spaces, symbols) for item in file.items))
        for file in files
    )
    claims = {one.key.name: one.new for one in listed if one.key.what == "claim"}
    said = [evolve(f, items=tuple(_reworded(i, claims) for i in f.items)) for f in made]
    return policy_of(said, later)


def _before_records(renamings: Sequence[Renaming]) -> Iterator[Renaming]:
    """Give the renamings as the old policy would say them: with the old names of records."""
    old = {r.new: r.key.name for r in renamings if r.key.what in {"record", "reference", "choice"}}
    for one in renamings:
        record = old.get(one.key.record, one.key.record)
        yield evolve(one, key=evolve(one.key, record=record))


def _reworded(item: n.Item, claims: Mapping[str, str]) -> n.Item:
    if isinstance(item, n.Claim) and item.text in claims:
        return evolve(item, text=claims[item.text])
    return item


# --- as the amendments say -------------------------------------------------------------------------


def said_in(changes: Iterable[n.Item], first: str) -> list[Renaming]:
    """Return the renamings among one year's amendments; what names no record is of the ``first``.

    What has a new label alone is called as before, and is none of them.
    """
    items = [
        item
        for item in changes
        if isinstance(item, n.Rename) and item.path.parts[-1].text != item.name.text
    ]
    records = {
        x.path.text: x.name.text for x in items if x.kind in {"record", "reference", "choice"}
    }
    found = []
    for item in items:
        names = [part.text for part in item.path.parts]
        what = item.kind
        owner = "" if what in {"parameter", "population", "choice", "record", "reference"} else (
            names[0] if len(names) > 1 else first
        )  # fmt: skip
        key = Key(what, records.get(owner, owner), names[-1])
        found.append(Renaming(key, item.name.text, item.citations, item.because))
    return found


def turned_round(renamings: Sequence[Renaming]) -> list[Renaming]:
    """Return what undoes ``renamings``."""
    old = {r.new: r.key.name for r in renamings if r.key.what in {"record", "reference", "choice"}}
    return [
        evolve(
            one,
            key=evolve(one.key, name=one.new, record=old.get(one.key.record, one.key.record)),
            new=one.key.name,
        )
        for one in renamings
    ]


def that_are_there(renamings: Sequence[Renaming], symbols: Symbols) -> list[Renaming]:
    """Return the renamings of what a policy declares."""
    return list(_pairs(renamings, symbols))


def that_last(renamings: Sequence[Renaming], symbols: Symbols) -> list[Renaming]:
    """Return the renamings whose new name a policy declares."""
    return [one for one in renamings if _is_there(evolve(one.key, name=one.new), symbols)]


def _pairs(renamings: Sequence[Renaming], symbols: Symbols) -> Iterator[Renaming]:
    for one, as_before in zip(renamings, _before_records(renamings), strict=True):
        if _is_there(as_before.key, symbols):
            yield one


def _is_there(key: Key, symbols: Symbols) -> bool:
    match key.what:
        case "parameter" | "population":
            return key.name in symbols.parameters or key.name in symbols.population
        case "choice":
            return key.name in symbols.choices
        case "record" | "reference":
            return key.name in symbols.records
        case "value":
            choice = symbols.choices.get(key.record)
            return choice is not None and key.name in choice.values
        case _:
            record = symbols.records.get(key.record)
            return record is not None and (
                key.name in record.names() or f"{key.name} row" in record.items
            )


# --- as shapes show ----------------------------------------------------------------------------------


def by_shape(old: Policy, new: Policy) -> list[Renaming]:
    """Return the things that are gone and are there again under another name, and nothing else.

    Two are the same thing when all but the name is the same, each fits just one, and, where little
    is said that could be the same by chance, the names are alike.
    """
    gone = {key: whole(entry.thing, old) for key, entry in old.items() if key not in new}
    come = {key: whole(entry.thing, new) for key, entry in new.items() if key not in old}
    there: dict[object, list[Key]] = {}
    kinds = {(key.what, key.record) for key in gone}
    for key, thing in come.items():
        if (key.what, key.record) in kinds:
            there.setdefault(_shape(key, thing), []).append(key)
    shapes = [
        (a, b)
        for a in gone
        if a.what not in _NAMELESS
        for b in there.get(_shape(a, gone[a]), ())
        if _is_called_alike(a, b, gone[a])
    ]
    lefts, rights = Counter(a for a, _ in shapes), Counter(b for _, b in shapes)
    return [Renaming(a, b.name) for a, b in shapes if lefts[a] == rights[b] == 1]


_NAMELESS = {"year", "title", "source", "results", "changeable", "ensure"}


def _shape(key: Key, thing: Thing) -> tuple[str, str, n.Node]:
    """Return what two things have in common of which only the names differ."""
    return key.what, key.record, _nameless(thing)


def _is_called_alike(a: Key, b: Key, thing: Thing) -> bool:
    """Whether two things of one shape are one, or their names alike where so little is said."""
    if a.what in {"claim", "record", "reference"}:
        return True
    much = sum(1 for _ in walk(_nameless(thing))) >= _MUCH
    return much or SequenceMatcher(None, a.name, b.name).ratio() >= _ALIKE


def _nameless(thing: Thing) -> n.Node:
    """Return ``thing`` without its name, also where it stands in what it says of itself."""
    empty = n.Name("", span=thing.span)
    made: n.Node = thing
    match thing:
        case n.Rule(target=target) | n.Table(target=target):
            made = evolve(thing, target=evolve(target, name=empty))
        case n.Scale(target=target, header=header):
            made = evolve(
                thing, target=evolve(target, name=empty), header=evolve(header, conclusions=())
            )
        case n.Parameter() | n.Population() | n.Choice() | n.Selection() | n.Relation() | n.Field():
            made = evolve(thing, name=empty)
        case n.Record() | n.Reference():
            made = evolve(thing, name=empty)
        case n.Claim():
            made = evolve(thing, text="")
        case _:
            pass
    result: n.Node = normal(made)
    return result
