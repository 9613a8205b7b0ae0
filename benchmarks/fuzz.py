"""Mutated policies: whatever the text, the program answers with findings and never with a crash.

``python -m benchmarks.fuzz --files 100000 --seed 1`` mutates pieces of the policies, the golden
cases and the examples of the codes, checks each, lays out what can be read, and prints counts. A
crash is printed with the number that makes it again (``--only NUMBER``).
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path

from mipsdsl import resources
from mipsdsl.diagnostics import Diagnostic, Report
from mipsdsl.diagnostics.codes import ENTRIES
from mipsdsl.diagnostics.render import render_all, to_json
from mipsdsl.format import format_source
from mipsdsl.pipeline import analyse
from mipsdsl.source import Source
from mipsdsl.syntax.parser import parse
from mipsdsl.syntax.words import KEYWORDS

HEADER = "rules for performance year 2017 paying 2019\n"
TOKENS = re.compile(r'"[^"\n]*"|\[[^\[\]\n]+\]|#[^\n]*|\w+|\s+|.', re.DOTALL)
STRANGE = [
    "\0", "\x07", "\x1b[31m", "\r", "\f", "\v", "\u00a0", "\u2028", "\u202e", "\ufeff", "é", "÷",
    "\U0001f4a5", "\ue000", "'", '"', "[", "]", "{", "}", "(", ")", "|", "||", "$", "%", "\\", "#",
]  # fmt: skip
HUGE = ["9" * 40, "0." + "3" * 40, "$" + "9" * 30, "1e9", "00", "-0", "2017-99-99", "$0.001"]
MAX_ITEMS = 8

Mutation = Callable[[random.Random, list[str]], None]


# --- what is mutated -------------------------------------------------------------------------------


@cache
def seeds() -> tuple[str, ...]:
    """Return small programs and pieces of the policies that come with the program."""
    found = [example for e in ENTRIES.values() for example in (e.good, e.bad)]
    cases = Path(__file__).resolve().parent.parent / "tests" / "cases"
    found += [path.read_text(encoding="utf-8") for path in sorted(cases.glob("*/*.mips"))]
    small = [text if "rules for" in text else HEADER + text for text in found]
    return (*small, *_pieces())


def _pieces() -> list[str]:
    pieces: list[str] = []
    for path in sorted(resources.policies().glob("*/*.mips")):
        source = Source(path.name, path.read_text(encoding="utf-8"))
        items = [item.span.text for item in parse(source, Report()).items]
        pieces += [
            "\n\n".join(items[at : at + MAX_ITEMS]) for at in range(0, len(items), MAX_ITEMS)
        ]
    return pieces


# --- mutations -------------------------------------------------------------------------------------


def _delete(chance: random.Random, tokens: list[str]) -> None:
    at = chance.randrange(len(tokens))
    del tokens[at : at + chance.randint(1, 4)]


def _duplicate(chance: random.Random, tokens: list[str]) -> None:
    at = chance.randrange(len(tokens))
    tokens[at:at] = tokens[at : at + chance.randint(1, 30)]


def _swap(chance: random.Random, tokens: list[str]) -> None:
    a, b = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    tokens[a], tokens[b] = tokens[b], tokens[a]


def _word(chance: random.Random, tokens: list[str]) -> None:
    tokens.insert(chance.randrange(len(tokens) + 1), f" {chance.choice(sorted(KEYWORDS))} ")


def _borrowed(chance: random.Random, tokens: list[str]) -> None:
    tokens[chance.randrange(len(tokens))] = chance.choice(TOKENS.findall(chance.choice(seeds())))


def _strange(chance: random.Random, tokens: list[str]) -> None:
    tokens.insert(chance.randrange(len(tokens) + 1), chance.choice(STRANGE))


def _huge(chance: random.Random, tokens: list[str]) -> None:
    numbers = [i for i, token in enumerate(tokens) if token.isdigit()]
    if numbers:
        tokens[chance.choice(numbers)] = chance.choice(HUGE)


def _nested(chance: random.Random, tokens: list[str]) -> None:
    depth = chance.choice([3, 30, 59, 60, 61, 500, 5_000])
    left, right = chance.choice([("(", ")"), ("{", "}"), ("not ", ""), ("-", ""), ("(", "")])
    at = chance.randrange(len(tokens))
    tokens[at] = left * depth + tokens[at] + right * depth


def _conditional(chance: random.Random, tokens: list[str]) -> None:
    depth = chance.choice([3, 60, 601])
    at = chance.randrange(len(tokens))
    tokens[at] = f" if {tokens[at]} then " * depth + "1" + " else 2" * depth


def _truncated(chance: random.Random, tokens: list[str]) -> None:
    del tokens[chance.randrange(len(tokens)) :]


def _lines(chance: random.Random, tokens: list[str]) -> None:
    lines = "".join(tokens).split("\n")
    chance.shuffle(lines)
    tokens[:] = TOKENS.findall("\n".join(lines))


MUTATIONS: tuple[Mutation, ...] = (
    _delete, _duplicate, _swap, _word, _borrowed, _strange, _huge, _nested, _conditional,
    _truncated, _lines,
)  # fmt: skip


def mutated(number: int, seed: int) -> str:
    """Return the text of that number; the same for the same numbers."""
    chance = random.Random(f"{seed}/{number}")
    tokens = TOKENS.findall(chance.choice(seeds()))
    for _ in range(chance.randint(1, 4)):
        if tokens:
            chance.choice(MUTATIONS)(chance, tokens)
    return "".join(tokens)


# --- the promise -----------------------------------------------------------------------------------


def findings(text: str) -> list[str]:
    """Return the codes that ``text`` earns, having shown each and laid out what can be read."""
    source = Source("fuzzed.mips", text)
    read(source)
    return shown(analyse([source]).diagnostics)


def read(source: Source) -> list[str]:
    """Return the codes that reading ``source`` earns; what can be read is laid out as well."""
    report = Report()
    format_source(source, report)
    return shown(report)


def shown(found: Iterable[Diagnostic]) -> list[str]:
    """Return the codes of what was found, having shown it in both ways."""
    diagnostics = list(found)
    render_all(diagnostics)
    for diagnostic in diagnostics:
        to_json(diagnostic)
    return [diagnostic.code for diagnostic in diagnostics]


def tried(number: int, seed: int) -> tuple[int, list[str], str]:
    """Return the number, the codes, and the crash if there is one."""
    try:
        return number, findings(mutated(number, seed)), ""
    except Exception:
        return number, [], traceback.format_exc(limit=-4)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the fuzz; return 1 when something crashed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--only", type=int, default=None, help="print and try one file")
    options = parser.parse_args(arguments)
    if options.only is not None:
        text = mutated(options.only, options.seed)
        print(text)
        print(findings(text))
        return 0
    return _campaign(options.files, options.seed, options.jobs)


def _campaign(files: int, seed: int, jobs: int | None) -> int:
    codes: Counter[str] = Counter()
    crashes: Counter[str] = Counter()
    clean, begun = 0, time.perf_counter()
    with Pool(jobs) as pool:
        for number, found, crash in pool.imap_unordered(
            partial(tried, seed=seed), range(files), chunksize=50
        ):
            codes.update(found)
            clean += not found and not crash
            if crash:
                if crash not in crashes:
                    print(f"--- file {number}\n{crash}", file=sys.stderr)
                crashes[crash] += 1
    seconds = time.perf_counter() - begun
    print(f"{files:,} files in {seconds:.0f} s (seed {seed}): {sum(codes.values()):,} findings")
    print(f"{clean:,} files without a finding, {sum(crashes.values()):,} crashes")
    print(", ".join(f"{code} {count:,}" for code, count in sorted(codes.items())))
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
