"""Start to finish of ``mips diff A B`` of neighbouring years: of the text, and of all layers.

    python -m benchmarks.comparisons [--rounds 9] [--sample 100000]

Each repetition starts ``python -c pass`` and then every comparison of the text, in turn, in processes of
their own; a ratio is the median of the ratios of such pairs. The policies are kept from a run before; no
comparison is. The last one is of 2026 with a file that amends it and is edited before each repetition.
Then each pair is compared once with nothing kept at all, and after that once in all layers with so many
invented clinicians, as a page; with ``--sample 0`` neither. The table goes into ``RESULTS.md``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from unittest import mock

from benchmarks import report
from benchmarks.cold_start import BARE, run
from benchmarks.timing import Race, Side, machine, race
from mipsdsl.library import years

EDITED = "2026, a file that is edited"
_HEAD = """\
## Two years compared, from start to finish

{0}: `mips diff A B`, the median of {1.rounds} rounds; where it was measured, once with nothing kept, and
once `--all --sample {1.sample} -o page.html`: text, proof, witnesses, people, which provision did it."""
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
    """Time every comparison, and record the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--sample", type=int, default=100_000)
    parser.add_argument("--output", type=Path, default=report.RESULTS)
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        own = Path(name) / "own.mips"
        sides: dict[str, Side] = {BARE: lambda _: run(["-c", "pass"])}
        sides |= {_name(*pair): _side(*pair) for pair in pairs()}
        sides[EDITED] = lambda number: _edited(own, number)
        found = race(sides, asked.rounds, warm=1)
        once = pairs() if asked.sample else ()
        others = {_name(*pair): _once(*pair, asked.sample, Path(name)) for pair in once}
    lines = [*_rows(found, others)]
    print("\n".join(lines))
    said = f"`python -m benchmarks.comparisons` ({machine()}; load {load:.0f})"
    report.record(
        "comparisons", "\n\n".join([_HEAD.format(said, asked), "\n".join(lines)]), asked.output
    )


def _name(old: str, new: str) -> str:
    return f"{old} → {new}"


def _side(old: str, new: str) -> Side:
    return lambda _: _compare(old, new)


def _compare(old: str, new: str, *more: str) -> None:
    done = run(["-m", "mipsdsl", "diff", old, new, *more])
    if done.returncode:
        raise SystemExit(done.stderr)


def _edited(own: Path, number: int) -> None:
    text = _OWN.format(number=f"{number + 1}.{os.getpid()}")
    own.write_text(text, encoding="utf-8")
    _compare("2026", str(own))


def _once(old: str, new: str, sample: int, folder: Path) -> str:
    """Return the cells of what is timed once: nothing kept, all layers, and the size of the page."""
    with tempfile.TemporaryDirectory() as name, mock.patch.dict(os.environ, XDG_CACHE_HOME=name):
        bare = _timed(lambda: _compare(old, new))
        page = folder / "page.html"
        all_layers = ("--all", "--sample", str(sample), "-o", str(page))
        whole = _timed(lambda: _compare(old, new, *all_layers))
    return f"{bare:.1f} s | {whole:.0f} s | {page.stat().st_size / 1e6:.1f} MB"


def _timed(what: Callable[[], None]) -> float:
    began = perf_counter()
    what()
    return perf_counter() - began


def _rows(found: Race, others: Mapping[str, str]) -> Iterator[str]:
    yield "| | text | × `python -c pass` | text, nothing kept | all layers | page |"
    yield "|---|---|---|---|---|---|"
    for name in found.times:
        median, ratio = found.median(name) / 1_000_000, found.ratio(name, BARE)
        yield f"| {name} | {median:.2f} s | {ratio:.1f} | {others.get(name, '– | – | –')} |"


if __name__ == "__main__":
    main()
