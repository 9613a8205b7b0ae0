"""The stages in order: text to core. The first file to read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from attrs import frozen

from mipsdsl import kept
from mipsdsl.core.nodes import Program
from mipsdsl.diagnostics import Diagnostic, PolicyError, Report
from mipsdsl.library import Layers, NoSuchPolicy, layers, read_sources, years
from mipsdsl.semantics.amend import AMENDMENTS, amend
from mipsdsl.semantics.echoes import report_without_echoes
from mipsdsl.semantics.lower import lower
from mipsdsl.semantics.resolve import resolve
from mipsdsl.semantics.symbols import Symbols
from mipsdsl.source import Source, Span, names_and_texts
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.data import from_data, to_data
from mipsdsl.syntax.trees import tree_of

__all__ = ["Analysis", "NoSuchPolicy", "analyse", "compile_policy", "read_sources", "years"]


@frozen
class Analysis:
    """Everything known of a policy; ``program`` is ``None`` when it has errors."""

    sources: tuple[Source, ...]
    files: tuple[n.File, ...]
    symbols: Symbols
    program: Program | None
    diagnostics: tuple[Diagnostic, ...]


def analyse(sources: Sequence[Source], settings: Mapping[str, n.Expr] | None = None) -> Analysis:
    """Run every stage on ``sources``; the mistakes of their author are in the result, never raised."""
    report = Report()
    files = consolidate(sources, report)
    symbols = resolve(files, report)
    program = lower(symbols, report, settings)
    found = report_without_echoes(tuple(report), files, sources)
    return Analysis(tuple(sources), files, symbols, program, found)


def consolidate(
    sources: Sequence[Source], report: Report, *, tests: bool = True, below: Layers = ()
) -> tuple[n.File, ...]:
    """Return the files of a policy with everything that it takes over from the years it amends.

    Files that hold tests alone are left out of the years below, and without ``tests`` altogether.
    ``below`` are the layers that the policy rests on, where they are read already.
    Reports: what parsing and amending report; E0501 no header, E0505 a year that is not there.
    """
    read = [each for each in sources if tests or not _TESTS_ALONE.match(each.text)]
    files = tuple(sorted((tree_of(source, report) for source in read), key=_has_no_header))
    _missing_header(files, report)
    amends = [x for file in files for x in file.items if isinstance(x, n.Amends | n.Correction)]
    if not amends:
        _nothing_to_amend(files, report)
        return files
    try:
        below = below or layers(sources)[:-1] or layers(read_sources(amends[0].year.text))
    except NoSuchPolicy as mistake:
        report.error("E0505", str(mistake), amends[0].year.span)
        return files
    base, symbols = _base(below, tests and isinstance(amends[0], n.Correction))
    _right_year(amends[0], symbols, report)
    return amend(base, files, symbols, report)


_TESTS_ALONE = re.compile(r"(?:\s*#[^\n]*\n)*\s*tests\s+for\b")


@lru_cache(maxsize=32)
def _base(chain: Layers, tests: bool) -> tuple[tuple[n.File, ...], Symbols]:
    """Return a policy that another amends, of all its layers, and its declarations.

    It is kept: whoever asks for several years, or changes his own again and again, amends each of
    those below once.
    """
    unseen = Report()
    sources = [source for layer in chain for source in layer]
    place = kept.file_of("bases", (kept.version(), str(tests), *names_and_texts(sources)))
    files = kept.load(place, lambda data: _files(data, sources))
    if files is None:
        files = consolidate(chain[-1], unseen, tests=tests, below=chain[:-1])
        if not unseen.diagnostics:
            kept.store(place, to_data(files, sources))
    return files, resolve(files, unseen)


def _files(data: object, sources: Sequence[Source]) -> tuple[n.File, ...]:
    """Return the files of a policy that was kept.

    Raises:
        TypeError, LookupError: they are no such files.

    """
    files: tuple[n.File, ...] = from_data(data, sources)
    if not all(isinstance(file, n.File) for file in files):
        raise TypeError("these are no files")
    return files


def _right_year(said: n.Amends | n.Correction, base: Symbols, report: Report) -> None:
    """Report a correction that stands with another year than it says."""
    if isinstance(said, n.Correction) and said.year.text != str(base.year):
        report.error(
            "E0501", f"this corrects {said.year.text}, and stands with {base.year}", said.year.span,
            help=f"corrections of {said.year.text} are in the folder {said.year.text}/corrections",
        )  # fmt: skip


def _missing_header(files: Sequence[n.File], report: Report) -> None:
    """Report a program that does not say its year; files of tests alone need not."""
    filled = [file.items for file in files if file.items]
    items = [item for each in filled for item in each]
    if not items or all(isinstance(each[0], n.TestsHeader) for each in filled):
        return
    if any(isinstance(x, n.RulesHeader | n.Correction) or _is_broken_header(x) for x in items):
        return
    first = next((item for item in items if not isinstance(item, n.Broken)), None)
    if first is not None:
        start = first.span.start
        word = Span(first.span.source, start, start + len(first.span.text.split()[0]))
        report.error(
            "E0501", "the program does not say for which year it is", word,
            "the header belongs before this",
            help="begin one file with `rules for performance year 2017 paying 2019`",
        )  # fmt: skip


def _is_broken_header(item: n.Item) -> bool:
    return isinstance(item, n.Broken) and item.span.text == "rules"


def _nothing_to_amend(files: Sequence[n.File], report: Report) -> None:
    for file in files:
        for item in file.items:
            if isinstance(item, AMENDMENTS):
                report.error(
                    "E0507", "there is nothing to amend", item.span,
                    help="say which year the policy changes: `amends 2017`",
                )  # fmt: skip
                return


def _has_no_header(file: n.File) -> bool:
    """Order the file with the header first: its first record is what a run is about."""
    return not any(isinstance(item, n.RulesHeader | n.Correction) for item in file.items)


def compile_policy(
    sources: Sequence[Source], settings: Mapping[str, n.Expr] | None = None
) -> Program:
    """Return the program of ``sources``.

    Raises:
        PolicyError: it does not compile; the error holds all diagnostics.

    """
    analysis = analyse(sources, settings)
    if analysis.program is None:
        raise PolicyError(analysis.diagnostics)
    return analysis.program
