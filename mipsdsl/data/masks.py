"""Whom data are about, hidden: which fields say it, and what stands in their place.

A mask is an HMAC-SHA256 of the identifier under a secret, so the same person has the same mask in
all files of a run, and whoever has not the secret cannot try all ten-digit numbers to find out
whose it is (a plain hash of an NPI is undone in minutes). Source: RFC 2104; 45 CFR 164.514(c).
"""

from __future__ import annotations

import hmac
import os
import re
from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from attrs import field, frozen

from mipsdsl.core.nodes import Item, ItemKind, Program, Read, Record
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.core.walk import expressions_in
from mipsdsl.data.identifiers import FORM_IN_TEXT, NAMES, canonical
from mipsdsl.data.tables import DataError

Target: TypeAlias = tuple[str, str]
"""A record and a field or an item of it."""

Held: TypeAlias = int | bool | str | tuple[Any, ...] | None
"""What a row holds; of a selection, the keys of its rows."""

_SIGN = "m-"
_BYTES = 10
_SHORTEST_SECRET = 16
_OF_RUN = 32
MASKED = re.compile(r"m-[a-z2-7]{16}")
"""The form of a mask."""


# --- which fields say it -------------------------------------------------------------------------


def identifying(program: Program) -> frozenset[Target]:
    """Return the fields and items whose values say whom a row is about.

    These are NPIs and TINs wherever they stand, the keys of the records that data are given for,
    what is matched with one of them, and the texts that rules make of them. A key that a catalogue
    lists (a measure, an activity, a hospital) is nobody's; nor is a closed choice or a date. A number
    in a key counts where nothing else in that key tells the rows apart.
    """
    alike = _Alike()
    for one, other in _pairs(program):
        alike.join(one, other)
    listed = {
        alike.of((record.name, name))
        for record in program.records
        if record.is_reference
        for name in record.key
    }
    of_persons = {alike.of(target) for target in _own_keys(program)} - listed
    found = {
        (record.name, each.name)
        for record in program.records
        for each in record.fields
        if alike.of((record.name, each.name)) in of_persons
        or (each.name in NAMES and each.type.unit is Unit.TEXT)
    }
    found |= {target for target in _grouped_by(program) if alike.of(target) in of_persons}
    return frozenset(found | _made_of(program, {name for _, name in found}))


class _Alike:
    """Fields that hold the same values, as one is found by the other."""

    def __init__(self) -> None:
        self._above: dict[Target, Target] = {}

    def of(self, target: Target) -> Target:
        """Return the field that stands for all that are like ``target``."""
        while (above := self._above.get(target, target)) != target:
            target = above
        return target

    def join(self, one: Target, other: Target) -> None:
        """Take note that both hold the same values."""
        self._above[self.of(one)] = self.of(other)


def _pairs(program: Program) -> Iterator[tuple[Target, Target]]:
    """Yield the fields that are matched with each other."""
    keys = {record.name: record.key for record in program.records}
    for record in program.records:
        for reference in record.references:
            key = keys.get(reference.record, ())
            if len(key) == len(reference.by):
                for ours, theirs in zip(reference.by, key, strict=True):
                    yield (record.name, ours), (reference.record, theirs)
        for relation in record.relations:
            for ours, theirs in zip(relation.ours, relation.theirs, strict=True):
                yield (record.name, ours), (relation.record, theirs)
    for ensure in program.ensures:
        for name, value in ensure.matching:
            if isinstance(value, Read):
                yield (ensure.record, name), (ensure.each, value.name)


def _own_keys(program: Program) -> Iterator[Target]:
    """Yield the texts, or else the numbers, in the keys of the records that data are given for."""
    for record in program.records:
        if record.is_reference or record.grouping is not None:
            continue
        units = {each.name: each.type.unit for each in record.fields}
        texts = [name for name in record.key if units.get(name) is Unit.TEXT]
        numbers = QUANTITIES - {Unit.DATE}
        for name in texts or [name for name in record.key if units.get(name) in numbers]:
            yield record.name, name
        for name in NAMES & units.keys():
            if units[name] is Unit.TEXT:
                yield record.name, name


def _grouped_by(program: Program) -> Iterator[Target]:
    """Yield the keys of the records that the rules make, which are those of what they group."""
    for record in program.records:
        if record.grouping is not None:
            yield from ((record.name, name) for name in record.key)


def _made_of(program: Program, names: set[str]) -> set[Target]:
    """Return the texts that rules make of what bears one of ``names``, or of each other."""
    made: set[Target] = set()
    for item in program.items:
        if item.type.unit is Unit.TEXT and item.kind is not ItemKind.SELECTION:
            reads = (each for each in expressions_in(item.expr) if isinstance(each, Read))
            if any(read.type.unit is Unit.TEXT and read.name in names for read in reads):
                made.add((item.record, item.name))
                names = names | {item.name}
    return made


# --- what stands in their place ------------------------------------------------------------------


def secret_of_run() -> bytes:
    """Return a new secret, which nobody else has and this run forgets."""
    return os.urandom(_OF_RUN)


def secret_in(path: Path) -> bytes:
    """Return the secret in a file: all that it holds, but for the end of its last line.

    Raises:
        DataError: it cannot be read, or is so short that it can be guessed.
    """
    try:
        secret = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise DataError(f"`{path}` cannot be read: {error.strerror or error}") from error
    if len(secret) < _SHORTEST_SECRET:
        raise DataError(
            f"`{path}` holds {len(secret)} bytes: so short a secret can be guessed",
            f"write at least {_SHORTEST_SECRET} random ones, as `openssl rand -hex 32` does",
        )
    return secret


@frozen
class Mask:
    """Hides identifiers. ``secret`` is shown nowhere."""

    identifying: frozenset[Target]
    _records: Mapping[str, Record] = field(repr=False)
    _items: Mapping[Target, Item] = field(repr=False)
    _secret: bytes = field(repr=False)

    @classmethod
    def of(cls, program: Program, secret: bytes) -> Mask:
        """Return what hides whom data of ``program`` are about."""
        return cls(
            identifying(program),
            {record.name: record for record in program.records},
            {(item.record, item.name): item for item in program.items},
            secret,
        )

    def over(self, program: Program) -> Mask:
        """Return the same for another program."""
        return Mask.of(program, self._secret)

    def hides(self, record: str, name: str) -> bool:
        """Return whether the values of a field or an item say whom a row is about."""
        return (record, name) in self.identifying

    def text(self, text: Held) -> str:
        """Return what stands for an identifier; a TIN with dashes is the TIN without."""
        digest = hmac.digest(self._secret, canonical(str(text)).encode(), "sha256")
        return _SIGN + b32encode(digest[:_BYTES]).decode().lower()

    def value(self, record: str, name: str, value: Held) -> Held:
        """Return the value of a field or an item; of a selection, its rows by their hidden keys."""
        if value is None:
            return None
        if self.hides(record, name):
            return self.text(value)
        if self.chooses(record, name) and isinstance(value, tuple):
            of = self._items[record, name].type.choice
            return tuple(self.key(of, key) for key in value)
        return value

    def chooses(self, record: str, name: str) -> bool:
        """Return whether an item chooses rows, which are named by their keys."""
        item = self._items.get((record, name))
        return item is not None and item.kind is ItemKind.SELECTION

    def key(self, record: str, key: Iterable[Held]) -> tuple[Held, ...]:
        """Return the key of a row."""
        names = self._records[record].key if record in self._records else ()
        return tuple(self.value(record, *pair) for pair in zip(names, key, strict=False))

    def line(self, text: str) -> str:
        """Return a message: what has the form of an NPI or of a TIN is hidden wherever it stands."""
        return FORM_IN_TEXT.sub(lambda found: self.text(found[0]), text)
