"""The tables of a sample, block by block: the columns that the program declares, as distributed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from attrs import define, field, frozen

from mipsdsl.core.nodes import Program
from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.data.cells import Reading, parse_cell
from mipsdsl.data.slots import Layout, Slot, layout_of
from mipsdsl.sample.catalogues import catalogues_of
from mipsdsl.sample.draws import Codes, Known, Mask, Numbers, drawn
from mipsdsl.sample.marginals import Detail, Fixed, Marginal, Marginals, Shares, marginals
from mipsdsl.sample.measures import Sender, Units
from mipsdsl.sample.people import UNITS, Block, Structure, blocks, chance_of, structure_of
from mipsdsl.sample.tables import Column, Table, Texts, Words, npis, numbered, places, steps

TIN_WIDTH = 7


@frozen
class Maker:
    """What the samples of a program are made with."""

    layout: Layout
    marginals: Marginals
    structure: Structure
    sender: Sender | None = None

    def tables(self, number: int, seed: int) -> Iterator[dict[str, Table]]:
        """Return the tables of each block, by record; those of a record always have the same columns."""
        for block in blocks(self.structure, number, seed):
            found = {
                record: rows.table(self)
                for record, rows in _rows(block, self.structure).items()
                if record in self.layout.slots
            }
            if self.sender is not None:
                units = Units(block, _unit_ids(block), self.structure.standings)
                found |= self.sender.tables(units)
            yield found


def maker_of(program: Program, detail: Detail = "scores", measures: Path | None = None) -> Maker:
    """Return the maker of samples of ``program``; ``measures`` is a folder of CMS's.

    Raises:
        DataError: ``measures`` cannot be read.

    """
    found, layout = marginals(program.year, detail), layout_of(program)
    sender = None
    if detail == "measures":
        sender = Sender(layout, found, catalogues_of(program, found, measures))
    return Maker(layout, found, structure_of(found), sender)


@define(eq=False)
class _Rows:
    """Rows of one record in a block.

    ``told``: what the structure says of them. ``homes``: the practice of each row, for what is drawn
    by practice. ``words``: columns of words that ``where`` may ask for, as places and the words.
    """

    record: str
    block: Block
    number: int
    told: Mapping[str, Texts | Codes | tuple[Codes, Sequence[str]]]
    homes: Codes
    absent: Mapping[str, Mask] = field(factory=dict)
    words: dict[str, tuple[Codes, Sequence[str]]] = field(factory=dict)
    level: Numbers | None = None

    def table(self, maker: Maker) -> Table:
        """Return the columns of these rows, in the order of the program."""
        slots = maker.layout.slots[self.record]
        made: dict[str, Column] = {}
        for name, values in self.told.items():
            if name in slots:
                made[name] = self._told(slots[name], values)
        known = Known({}, self.level)
        for parts in _in_order(maker.marginals.get(self.record, ())):
            slot = next((slots[name] for name in parts[0].names if name in slots), None)
            if slot is not None and slot.name not in made:
                made[slot.name] = self._drawn(slot, parts, known, maker.layout.program.year)
                if slot.type.unit is not Unit.TEXT:
                    known.plain[slot.name] = _plain(made[slot.name])
        usual = dict(dict(maker.layout.program.usual).get(self.record, ()))
        for name, slot in slots.items():
            if slot.is_required and name not in made:
                made[name] = self._usual(slot, usual.get(name, ""))
        return {name: made[name] for name in slots if name in made}

    def _told(self, slot: Slot, values: Texts | Codes | tuple[Codes, Sequence[str]]) -> Column:
        if isinstance(values, tuple):
            codes, names = values
            values = np.array([slot.choices.index(name) for name in names])[codes]
        absent = self.absent.get(slot.name)
        return Column(slot, values, None if absent is None else ~absent)

    def _drawn(self, slot: Slot, parts: Sequence[Marginal], known: Known, year: int) -> Column:
        """Return a column of which each part is drawn where it holds, the first of several."""
        if slot.type.unit is Unit.TEXT:
            return self._text(slot, parts[0])
        values = np.zeros(self.number, dtype=np.int64)
        present = np.zeros(self.number, dtype=np.bool_)
        open_ = np.ones(self.number, dtype=np.bool_)
        for part in parts:
            chance = chance_of(self.block, self.record, part, self.number, self.homes)
            plain = drawn(part.law, chance, known)
            here = open_ & self._where(part)
            there = here & ~np.isnan(plain) & self._is_there(part)
            values = np.where(there, _stored(slot, part, plain, year), values)
            present |= there
            open_ &= ~here
        return Column(slot, values, None if present.all() else present)

    def _text(self, slot: Slot, part: Marginal) -> Column:
        """Return one text for all rows of the part."""
        assert isinstance(part.law, Fixed)
        here = self._where(part)
        letters = np.frombuffer(str(part.law.value).encode("ascii"), dtype=np.uint8)
        texts = Texts(np.tile(letters, (self.number, 1)))
        return Column(slot, texts, None if here.all() else here)

    def _where(self, part: Marginal) -> Mask:
        holds = np.ones(self.number, dtype=np.bool_)
        for name, wanted in part.where:
            codes, words = self.words[name]
            holds &= np.isin(codes, [place for place, word in enumerate(words) if word in wanted])
        return holds

    def _is_there(self, part: Marginal) -> Mask:
        if not part.missing:
            return np.ones(self.number, dtype=np.bool_)
        chance = self.block.dice.uniform(f"{self.record}.{part.names[0]} is missing", self.number)
        return chance >= part.missing

    def _usual(self, slot: Slot, text: str) -> Column:
        """Return what is usual of a column of which nothing else is known.

        Raises:
            ValueError: the policy does not say it, and asks for it.

        """
        value = parse_cell(slot, text, Reading()).value
        if value is None or isinstance(value, tuple):
            raise ValueError(f"nothing says what `{slot.full_name}` is, and it has to be there")
        if isinstance(value, str) and slot.type.unit is Unit.TEXT:
            letters = np.frombuffer(value.encode("ascii"), dtype=np.uint8)
            return Column(slot, Texts(np.tile(letters, (self.number, 1))))
        code = slot.choices.index(value) if isinstance(value, str) else int(value)
        if slot.type.unit in QUANTITIES:
            code //= 10 ** (slot.scale - places(slot))
        return Column(slot, np.full(self.number, code))


def _in_order(columns: Sequence[Sequence[Marginal]]) -> Sequence[Sequence[Marginal]]:
    """Return the columns so that each comes after those that it is worked out from."""
    ordered: dict[str, Sequence[Marginal]] = {}
    by_name = {parts[0].names[0]: parts for parts in columns}

    def place(name: str) -> None:
        if name in ordered or name not in by_name:
            return
        for part in by_name[name]:
            place(getattr(part.law, "of", ""))
        ordered[name] = by_name[name]

    for name in by_name:
        place(name)
    return list(ordered.values())


def _stored(slot: Slot, part: Marginal, plain: Numbers, year: int) -> Codes:
    """Return what was drawn as the column holds it."""
    match part.law, slot.type.unit:
        case Shares(values), Unit.CHOICE:
            return np.array([slot.choices.index(each) for each in values])[plain.astype(np.int64)]
        case Fixed(str(word)), Unit.CHOICE:
            return np.full(len(plain), slot.choices.index(word))
        case Fixed(str(word)), Unit.YESNO:
            return np.full(len(plain), int(word == "yes"))
        case Fixed(str(word)), Unit.DATE:
            day = date.fromisoformat(f"{year}-{word}").toordinal()
            return np.full(len(plain), day)
        case _, Unit.DATE:
            return steps(slot, np.floor(plain) + date(year, 1, 1).toordinal())
        case _:
            return steps(slot, plain)


def _plain(column: Column) -> Numbers:
    assert not isinstance(column.values, Texts | Words)
    found: Numbers = column.values / 10 ** places(column.slot)
    return found if column.present is None else np.where(column.present, found, np.nan)


# --- the records of a block --------------------------------------------------------------------------


def _rows(block: Block, structure: Structure) -> dict[str, _Rows]:
    """Return the rows of a block, by record."""
    homes = np.arange(len(block.sizes))
    tins = numbered("00-", block.tins, TIN_WIDTH)
    people = npis(block.numbers)
    by_practice = (block.participation, UNITS)
    practice = _Rows(
        "practice",
        block,
        len(homes),
        {
            "tin": tins,
            "eligible_clinicians": block.sizes,
            "reports_as_group": (block.participation == UNITS.index("group")).astype(np.int64),
        },
        homes,
        words={"participation": by_practice},
    )
    clinician = _Rows(
        "clinician",
        block,
        len(block.practice_of),
        {"tin": Texts(tins.letters[block.practice_of]), "npi": people},
        block.practice_of,
        words={"participation": (block.participation[block.practice_of], UNITS)},
    )
    ids = _unit_ids(block)
    found = [practice, clinician, _units(block, structure, ids, tins, people)]
    found.append(_members(block, ids, tins, people))
    return {rows.record: rows for rows in found}


def _unit_ids(block: Block) -> Texts:
    """Return identifiers of units: G and the number of a practice, I of a clinician, E of an entity."""
    group, person = block.kind == UNITS.index("group"), block.person >= 0
    parts = (
        numbered("G", block.tins[block.home[group]], 9),
        numbered("I", block.first + block.person[person], 9),
        numbered("E", block.entities, 9),
    )
    return Texts(np.concatenate([part.letters for part in parts]))


def _units(block: Block, structure: Structure, ids: Texts, tins: Texts, people: Texts) -> _Rows:
    entity, person = block.home < 0, block.person >= 0
    return _Rows(
        "submission",
        block,
        len(block.kind),
        {
            "submission_id": ids,
            "kind": (block.kind, UNITS),
            "tin": Texts(tins.letters[block.home]),
            "npi": Texts(people.letters[block.person]),
        },
        np.maximum(block.home, 0),
        absent={"tin": entity, "npi": ~person},
        words={
            "kind": (block.kind, UNITS),
            "standing": (block.standing, structure.standings),
        },
        level=block.level,
    )


def _members(block: Block, ids: Texts, tins: Texts, people: Texts) -> _Rows:
    first = len(block.kind) - len(block.entities)
    homes = block.practice_of[block.member]
    return _Rows(
        "member",
        block,
        len(block.member),
        {
            "submission_id": Texts(ids.letters[first + block.entity]),
            "tin": Texts(tins.letters[homes]),
            "npi": Texts(people.letters[block.member]),
        },
        homes,
    )
