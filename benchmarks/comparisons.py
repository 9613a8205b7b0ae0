"""Start to finish of ``mips diff A B`` of neighbouring years, against a Python that does nothing.

    python -m benchmarks.comparisons [--rounds 9] [--nothing-kept]

Each repetition starts ``python -c pass`` and then every comparison, in turn, in processes of their own;
a ratio is the median of the ratios of such pairs. The policies are kept from a run before; no comparison
is. The last one is of 2026 with a file that amends it and is edited before each repetition. With
``--nothing-kept`` every comparison runs once, each with an empty cache.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from unittest import mock

from benchmarks.cold_start import BARE, run
from benchmarks.timing import Race, Side, machine, race
from mipsdsl.library import years

EDITED = "2026, a file that is edited"
_OWN = """rules for performance year 2026 paying 2028
amends 2026
parameter of_this_round = {number} points [42 CFR 414.1405(b)]
"""


def pairs() -> Iterator[tuple[str, str]]:
    """Give all neighbours of the program, and the first year with the last."""
    some = [year for year in years() if year >= "2017"]
    yield from pairwise(some)
    yield some[0], some[-1]


def main() -> None:
    """Time every comparison, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--nothing-kept", action="store_true")
    asked = parser.parse_args()
    print(machine())
    if asked.nothing_kept:
        for old, new in pairs():
            print(f"{old} → {new}{_with_nothing_kept(old, new):>12.1f} s", flush=True)
        return
    with tempfile.TemporaryDirectory() as name:
        own = Path(name) / "own.mips"
        sides: dict[str, Side] = {BARE: lambda _: run(["-c", "pass"])}
        sides |= {f"{old} → {new}": _side(old, new) for old, new in pairs()}
        sides[EDITED] = lambda number: _edited(own, number)
        _show(race(sides, asked.rounds, warm=1))


def _side(old: str, new: str) -> Side:
    return lambda _: _compare(old, new)


def _compare(old: str, new: str) -> None:
    done = run(["-m", "mipsdsl", "diff", old, new])
    if done.returncode:
        raise SystemExit(done.stderr)


def _edited(own: Path, number: int) -> None:
    text = _OWN.format(number=f"{number + 1}.{os.getpid()}")
    own.write_text(text, encoding="utf-8")
    _compare("2026", str(own))


def _with_nothing_kept(old: str, new: str) -> float:
    with tempfile.TemporaryDirectory() as name, mock.patch.dict(os.environ, XDG_CACHE_HOME=name):
        began = perf_counter()
        _compare(old, new)
        return perf_counter() - began


def _show(found: Race) -> None:
    print(f"{'':<28}{'median':>12}{'× bare Python':>16}")
    for name in found.times:
        times = f"{found.median(name) / 1_000:>9.0f} ms"
        print(f"{name:<28}{times}{found.ratio(name, BARE):>16.1f}")


if __name__ == "__main__":
    main()
