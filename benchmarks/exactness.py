"""Who differs? Final scores, factors and payments, by every engine, thread count and partition.

    python -m benchmarks.exactness [-n 5000000] [--interpreted 200000] [--fractions 200000]

The native engine on one thread is compared, bit for bit, with itself on two threads, on the same
clinicians in 1, 7 and 64 uneven parts, of which only the sums of the nation are put together, and with
the SQL engine, which computes the factors itself; on a part of them with the interpreter, and with
fractions that know nothing of the grid (``exact.py``). Nobody may differ.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
from attrs import frozen

from benchmarks import by_sql, exact, ours, report
from benchmarks.many import SCALES, Array, Many, as_dictionaries, many, table_of
from benchmarks.timing import machine
from benchmarks.work_policy import program, tables_of
from mipsdsl.engines.columns import ColumnStore, stored_values
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.native import BlockEngine, Compiled, compile_native
from mipsdsl.engines.plan import Plan
from mipsdsl.engines.rows import link

OUTPUTS = ("final_score", *exact.PAYMENT_OUTPUTS)
PARTS = (1, 7, 64)
_SEED = 5
_DEFAULT = 5_000_000
_CUT = frozenset({"clinician", "measure"})


@frozen
class Asked:
    """How many are compared: all natively, the first of them with the interpreter and in fractions."""

    number: int
    interpreted: int
    in_fractions: int


@frozen
class Difference:
    """How many clinicians differ in any of the outputs."""

    what: str
    differing: int
    of: int


@frozen
class _Native:
    plan: Plan
    compiled: Compiled

    def run(self, people: Many, threads: int) -> ColumnStore:
        """Score clinicians and pay them."""
        return ours.run(ours.columns_of_work(people), self.plan, self.compiled, threads)


def differences(asked: Asked) -> Iterator[Difference] | list[Difference]:
    """Return who differs in what."""
    people = many(asked.number, _SEED)
    plan = ours.plan_of(OUTPUTS)
    native = _Native(plan, compile_native(program(), plan))
    first = native.run(people, threads=1)
    found = [_compared("1 and 2 threads", first, native.run(people, threads=2), asked.number)]
    found += [_partitioned(people, first, parts) for parts in PARTS]
    found.append(_by_sql(people, first))
    if asked.interpreted:
        found.append(_by_interpreter(people.some(slice(asked.interpreted)), native))
    if asked.in_fractions:
        found.append(_in_fractions(people.some(slice(asked.in_fractions)), native))
    return found


def _compared(what: str, one: ColumnStore, other: ColumnStore, number: int) -> Difference:
    if one.populations != other.populations:
        return Difference(f"{what}: the factors of the population too", number, number)
    return Difference(what, _differing(one, other, slice(0, number)), number)


def _mask(present: Array | None, number: int) -> Array:
    return np.ones(number, np.bool_) if present is None else present


# --- in parts ----------------------------------------------------------------------------------------


def _partitioned(people: Many, whole: ColumnStore, parts: int) -> Difference:
    """Compare parts, of which only the sums of the nation are put together, with the whole."""
    plan, edges = ours.plan_of(OUTPUTS), _uneven(people.number, parts)
    engine = BlockEngine(
        program(), plan, compile_native(program(), plan), ours.populations(), _CUT, threads=2
    )
    if not engine.can_run():
        raise ValueError("the work cannot be computed in parts")

    def blocks() -> Iterator[ColumnStore]:
        for first, last in pairwise(edges):
            yield ours.columns_of_work(people.some(slice(first, last)))

    differ = [
        _differing(part, whole, slice(*edges[number : number + 2]))
        for number, part in enumerate(engine.run(blocks))
    ]
    what = "1 part" if parts == 1 else f"{parts} uneven parts"
    if engine.populations != whole.populations:
        return Difference(
            f"{what}: the factors of the population too", people.number, people.number
        )
    return Difference(what, sum(differ), people.number)


def _differing(part: ColumnStore, whole: ColumnStore, rows: slice) -> int:
    """Return how many of ``rows`` have anything else in ``part``, which has these alone."""
    differ = np.zeros(rows.stop - rows.start, np.bool_)
    for name in OUTPUTS:
        (mine, here), (theirs, there) = (ours.whole_numbers(each, name) for each in (part, whole))
        ours_given, given = _mask(here, len(differ)), _mask(there, len(theirs))[rows]
        differ |= (ours_given != given) | (given & (mine != theirs[rows]))
    return int(differ.sum())


def _uneven(number: int, parts: int) -> list[int]:
    """Return where parts begin and end; some are several times as large as others."""
    cuts = np.sort(np.random.default_rng(parts).integers(0, number, parts - 1))
    return [0, *(int(each) for each in cuts), number]


# --- by others ---------------------------------------------------------------------------------------


def _by_sql(people: Many, native: ColumnStore) -> Difference:
    """Compare with the SQL engine, which computes the factors of the nation itself."""
    rows = slice(0, people.number)
    differing = by_sql.differing(people, native, rows, OUTPUTS, ours.populations())
    return Difference("native and SQL (DuckDB), no factor set", differing, people.number)


def _by_interpreter(people: Many, native: _Native) -> Difference:
    tables = tables_of(as_dictionaries(people), table_of(people))
    rows = link(program(), tables)
    Interpreter(program(), rows, ours.populations()).run(native.plan)
    store = native.run(people, threads=2)
    wanted = zip(*(rows.column("clinician", name) for name in OUTPUTS), strict=True)
    found = zip(*(stored_values(store, ("clinician", name)) for name in OUTPUTS), strict=True)
    differing = sum(one != other for one, other in zip(wanted, found, strict=True))
    if rows.populations != store.populations:
        differing = people.number
    return Difference("native and the interpreter", differing, people.number)


def _in_fractions(people: Many, native: _Native) -> Difference:
    """Compare with fractions without the grid; payments of a population that is these people."""
    table = table_of(people)
    clinicians, scores = [], []
    for each in as_dictionaries(people):
        scores.append(_kept(exact.score(each, table)))
        clinicians.append({name: each[name] for name in ("allowed_charges", "paid_amount")})
    payments = exact.pay(clinicians, scores)
    store = native.run(people, threads=2)
    columns = [ours.fractions(store, name, slice(None)) for name in OUTPUTS]
    differing = sum(
        list(found) != [score["final_score"], *payment.values()]
        for found, score, payment in zip(
            zip(*columns, strict=True), scores, payments.rows, strict=True
        )
    )
    return Difference("native and fractions without the grid", differing, people.number)


def _kept(score: Mapping[str, Fraction | None]) -> dict[str, Fraction | None]:
    return {name: score[name] for name in ("eligible", "final_score")}


def main() -> int:
    """Compare, print, and record; the exit code is 1 when somebody differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("-n", "--number", type=int, default=_DEFAULT)
    parser.add_argument("--interpreted", type=int, default=200_000)
    parser.add_argument("--fractions", type=int, default=200_000)
    asked = parser.parse_args()
    began = time.perf_counter()
    found = differences(Asked(asked.number, asked.interpreted, asked.fractions))
    lines = [f"| {each.what} | {each.differing:,} of {each.of:,} |" for each in found]
    command = f"python -m benchmarks.exactness {' '.join(sys.argv[1:])}".strip()
    text = _text(lines, command, time.perf_counter() - began)
    report.record("exactness", text)
    print(text)
    return 1 if any(each.differing for each in found) else 0


def _text(lines: Sequence[str], command: str, seconds: float) -> str:
    table = "\n".join(["| compared | differ |", "|---|---|", *lines])
    outputs = ", ".join(OUTPUTS)
    return (
        f"## Exactness\n\n`{command}`: {outputs} of every clinician, in whole steps ({seconds:,.0f} s; "
        f"{machine(['llvmlite', 'duckdb'])}).\n\n{table}\n"
    )


assert SCALES["rate"] == SCALES["completeness"]

if __name__ == "__main__":
    sys.exit(main())
