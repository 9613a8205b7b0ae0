"""What units send in detail: quality measures, activities, interoperability measures, cost measures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen

from mipsdsl.data.slots import Layout, Slot
from mipsdsl.sample.catalogues import Catalogues, Pool
from mipsdsl.sample.draws import Codes, Known, Mask, Numbers, drawn
from mipsdsl.sample.marginals import Marginals, Nearest, Ranges, Share, Shares
from mipsdsl.sample.people import UNITS, Block
from mipsdsl.sample.tables import Column, Table, Texts, Words, steps

SCORED, SILENT = "scored", "silent"


@frozen(eq=False)
class Units:
    """The units of a block: their identifiers, and which of them are scored or silent."""

    block: Block
    ids: Texts
    standings: tuple[str, ...]

    def standing(self, *names: str) -> Mask:
        """Return which units are one of these."""
        places = [self.standings.index(name) for name in names]
        found: Mask = np.isin(self.block.standing, places)
        return found


@frozen(eq=False)
class Sender:
    """Makes the tables of measures and activities of a block."""

    layout: Layout
    marginals: Marginals
    catalogues: Catalogues

    def tables(self, units: Units) -> Mapping[str, Table]:
        """Return the tables, by record; those that the year does not have are left out."""
        sent = self._interoperability(units)
        found = {
            "quality_measure": self._quality(units),
            "improvement_activity": self._activities(units),
            "care_information_measure": sent,
            "interoperability_measure": sent,
            "cost_measure": self._costs(units),
        }
        return {
            record: self._table(record, columns)
            for record, columns in found.items()
            if record in self.layout.slots
        }

    def _table(self, record: str, columns: Mapping[str, _Values]) -> Table:
        slots = self.layout.slots[record]
        return {name: _column(slots[name], columns[name]) for name in slots if name in columns}

    def _draw(self, units: Units, record: str, name: str, rows: Codes, extra: str = "") -> Numbers:
        """Return what is drawn for rows of units."""
        part = next(p for parts in self.marginals[record] for p in parts if p.names[0] == name)
        chance = units.block.dice.uniform(f"{record}.{name}{extra}", len(rows))
        return drawn(part.law, chance, Known({}, units.block.level[rows]))

    def _law(self, record: str, name: str) -> Ranges | Shares | Nearest | Share:
        law = next(p.law for ps in self.marginals[record] for p in ps if p.names[0] == name)
        assert isinstance(law, Ranges | Shares | Nearest | Share)
        return law

    # --- quality ---

    def _quality(self, units: Units) -> dict[str, _Values]:
        """Return as many measures of a unit as are drawn, an outcome first, in one way of sending."""
        record = "quality_measure"
        who = np.flatnonzero(units.standing(SCORED))
        number = self._draw(units, record, "number", who).astype(np.int64)
        ways = self._law(record, "collection_type")
        assert isinstance(ways, Shares)
        way = self._draw(units, record, "collection_type", who).astype(np.int64)
        start = units.block.dice.uniform(f"{record}.measure", len(who))
        pools = [self.catalogues.pools.get(name) for name in ways.values]
        usable = [place for place, pool in enumerate(pools) if pool is not None]
        way = np.where(np.isin(way, usable), way, usable[0])
        size = np.array([0 if pool is None else len(pool.measures) for pool in pools])
        number = np.minimum(number, size[way])
        of = np.repeat(np.arange(len(who)), number)
        nth = np.arange(len(of)) - np.repeat(np.cumsum(number) - number, number)
        words, offsets, starts = _stacked(pools)
        place = _places(pools, way[of], start[of], nth)
        reached = self._draw(units, record, "reached", who[of])
        rate = _at(starts[offsets[way[of]] + place], reached)
        cases = np.rint(self._draw(units, record, "cases", who[of]))
        met = np.rint(cases * rate / 100)
        complete = self._draw(units, record, "completeness", who[of])
        return {
            "submission_id": Texts(units.ids.letters[who[of]]),
            "measure_id": Words(offsets[way[of]] + place, words),
            "collection_type": Words(way[of], ways.values),
            "performance_met": met,
            "performance_not_met": cases - met,
            "eligible_population": np.ceil(cases / complete),
        }

    # --- the others ---

    def _activities(self, units: Units) -> dict[str, _Values]:
        record = "improvement_activity"
        who = np.flatnonzero(units.standing(SCORED))
        most = self._draw(units, record, "most", who)
        number = np.ceil(most * self._draw(units, record, "share", who)).astype(np.int64)
        start = units.block.dice.uniform(f"{record}.activity", len(who))
        of = np.repeat(np.arange(len(who)), number)
        nth = np.arange(len(of)) - np.repeat(np.cumsum(number) - number, number)
        known = self.catalogues.activities
        place = ((start[of] * len(known)).astype(np.int64) + nth) % len(known)
        return {
            "submission_id": Texts(units.ids.letters[who[of]]),
            "activity_id": Words(place, known),
        }

    def _interoperability(self, units: Units) -> dict[str, _Values]:
        """Return every measure of the units that send any."""
        record, known = "interoperability_measure", self.catalogues.interoperability
        scored = np.flatnonzero(units.standing(SCORED))
        who = scored[self._draw(units, record, "sent", scored) > 0]
        of, nth = np.repeat(who, len(known)), np.tile(np.arange(len(known)), len(who))
        is_rate = np.array([rate for _, rate in known], dtype=np.bool_)[nth]
        denominator = np.rint(self._draw(units, record, "denominator", of))
        done = np.rint(denominator * self._draw(units, record, "rate", of))
        rates = np.clip(done, 1, denominator)
        return {
            "submission_id": Texts(units.ids.letters[of]),
            "measure_id": Words(nth, tuple(name for name, _ in known)),
            "numerator": np.where(is_rate, rates, np.nan),
            "denominator": np.where(is_rate, denominator, np.nan),
            "attested": np.where(is_rate, np.nan, 1),
        }

    def _costs(self, units: Units) -> dict[str, _Values]:
        """Return the costs that CMS works out from claims, of silent units too; not of APM Entities."""
        record, pool = "cost_measure", self.catalogues.costs
        in_mips = units.standing(SCORED, SILENT) & (units.block.kind != UNITS.index("apm_entity"))
        everyone = np.flatnonzero(in_mips)
        of = np.repeat(everyone, len(pool.measures))
        nth = np.tile(np.arange(len(pool.measures)), len(everyone))
        there = self._draw(units, record, "sent", of) > 0
        of, nth = of[there], nth[there]
        reached = self._draw(units, record, "reached", of)
        return {
            "submission_id": Texts(units.ids.letters[of]),
            "measure_id": Words(nth, pool.measures),
            "cases": np.rint(self._draw(units, record, "cases", of)),
            "cost": _at(pool.starts[nth], reached),
        }


_Values = Texts | Words | Numbers


def _column(slot: Slot, values: _Values) -> Column:
    """Return values as a column: numbers in steps, missing where they are not a number."""
    if isinstance(values, Words) and slot.choices:
        codes = np.array([slot.choices.index(word) for word in values.words])
        return Column(slot, codes[values.codes])
    if isinstance(values, Texts | Words):
        return Column(slot, values)
    present = ~np.isnan(values)
    return Column(slot, steps(slot, np.nan_to_num(values)), None if present.all() else present)


def _stacked(pools: list[Pool | None]) -> tuple[tuple[str, ...], Codes, Numbers]:
    """Return the measures of all pools one after another, where each begins, and their deciles."""
    sizes = [0 if pool is None else len(pool.measures) for pool in pools]
    words = tuple(word for pool in pools if pool is not None for word in pool.measures)
    starts = np.concatenate([pool.starts for pool in pools if pool is not None])
    return words, np.cumsum([0, *sizes[:-1]]), starts


def _places(pools: list[Pool | None], way: Codes, start: Numbers, nth: Codes) -> Codes:
    """Return which measure of its pool the nth of a unit is: an outcome first, no measure twice."""
    size = np.array([1 if pool is None else len(pool.measures) for pool in pools])[way]
    outcomes = np.array([0 if pool is None else pool.outcomes for pool in pools])[way]
    first = (start * np.maximum(outcomes, 1)).astype(np.int64)
    others = np.maximum(size - outcomes, 1)
    rest = outcomes + ((start * others).astype(np.int64) + nth - 1) % others
    from_all = ((start * size).astype(np.int64) + nth) % size
    found: Codes = np.where(nth == 0, first, rest)
    enough = (outcomes > 0) & (size - outcomes >= _MOST)
    return np.where(enough, found, from_all)


_MOST = 8
"""No unit sends more quality measures."""


def _at(starts: Numbers, reached: Numbers) -> Numbers:
    """Return the value at a place among ten deciles: 0 where the first begins, 1 where the tenth."""
    place = np.clip(reached, 0, 1) * (starts.shape[1] - 1)
    low = np.minimum(place.astype(np.int64), starts.shape[1] - 2)
    rows = np.arange(len(low))
    found: Numbers = starts[rows, low] + (place - low) * (starts[rows, low + 1] - starts[rows, low])
    return found
