"""Who differs? Final scores, factors and payments, by every engine, thread count and partition.

    python -m benchmarks.exactness [-n 5000000] [--interpreted 200000] [--fractions 200000]

The native engine on one thread is compared, bit for bit, with itself on two threads and on the same
clinicians in 7 and in 64 uneven parts, and with the SQL engine; on a part of them with the
interpreter, and with fractions that know nothing of the grid (``exact.py``). Nobody may differ.
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
from mipsdsl.engines.native import Compiled, compile_native
from mipsdsl.engines.plan import Plan
from mipsdsl.engines.rows import link
from mipsdsl.engines.sql.dialect import Unsupported

OUTPUTS = ("final_score", *exact.PAYMENT_OUTPUTS)
PARTS = (7, 64)
_SEED = 5
_DEFAULT = 5_000_000
_BLOCK = 1_000_000


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
    found += _by_sql(people, first)
    if asked.interpreted:
        found.append(_by_interpreter(people.some(slice(asked.interpreted)), native))
    if asked.in_fractions:
        found.append(_in_fractions(people.some(slice(asked.in_fractions)), native))
    return found


def _compared(what: str, one: ColumnStore, other: ColumnStore, number: int) -> Difference:
    differ = np.zeros(number, np.bool_)
    for name in OUTPUTS:
        (mine, here), (theirs, there) = (ours.whole_numbers(each, name) for each in (one, other))
        differ |= mine != theirs
        if here is not None or there is not None:
            differ |= _mask(here, number) != _mask(there, number)
    if one.populations != other.populations:
        return Difference(f"{what}: the factors of the population too", number, number)
    return Difference(what, int(differ.sum()), number)


def _mask(present: Array | None, number: int) -> Array:
    return np.ones(number, np.bool_) if present is None else present


# --- in parts ----------------------------------------------------------------------------------------


def _partitioned(people: Many, whole: ColumnStore, parts: int) -> Difference:
    """Compare final scores of parts that know nothing of each other with those of the whole."""
    plan = ours.plan_of(["final_score"])
    native = _Native(plan, compile_native(program(), plan))
    edges = _uneven(people.number, parts)
    scores, _ = ours.whole_numbers(whole, "final_score")
    differing = 0
    for first, last in pairwise(edges):
        part = native.run(people.some(slice(first, last)), threads=2)
        own, _ = ours.whole_numbers(part, "final_score")
        differing += int((own != scores[first:last]).sum())
    return Difference(f"final scores in {parts} uneven parts", differing, people.number)


def _uneven(number: int, parts: int) -> list[int]:
    """Return where parts begin and end; some are several times as large as others."""
    cuts = np.sort(np.random.default_rng(parts).integers(0, number, parts - 1))
    return [0, *(int(each) for each in cuts), number]


# --- by others ---------------------------------------------------------------------------------------


def _by_sql(people: Many, native: ColumnStore) -> list[Difference]:
    """Compare with the SQL engine; factors that it cannot compute exactly are set to the native ones.

    Then no clinician depends on another, and a block at a time is compared, so that memory suffices.
    """
    what, few = "native and SQL (DuckDB)", people.some(slice(10))
    try:
        with by_sql.scored(few, ours.plan_of(OUTPUTS), ours.populations()):
            said = ours.populations()
    except Unsupported as why:
        said = native.populations
        what += f", factors of the nation set: {why}"
    block = people.number if said is not native.populations else _BLOCK
    parts = (slice(first, first + block) for first in range(0, people.number, block))
    differing = sum(by_sql.differing(people.some(p), native, p, OUTPUTS, said) for p in parts)
    return [Difference(what, differing, people.number)]


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
