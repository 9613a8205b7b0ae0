"""The stages in order: text to core. The first file to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

from mipsdsl import resources
from mipsdsl.core.nodes import Program
from mipsdsl.diagnostics import Diagnostic, PolicyError, Report
from mipsdsl.diagnostics.model import nearest
from mipsdsl.semantics.lower import lower
from mipsdsl.semantics.resolve import resolve
from mipsdsl.semantics.symbols import Symbols
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.parser import parse


@frozen
class Analysis:
    """Everything known of a policy; ``program`` is ``None`` when it has errors."""

    sources: tuple[Source, ...]
    files: tuple[n.File, ...]
    symbols: Symbols
    program: Program | None
    diagnostics: tuple[Diagnostic, ...]


class NoSuchPolicy(Exception):
    """There is no policy of that name; the message says which there are."""


def analyse(sources: Sequence[Source], settings: Mapping[str, n.Expr] | None = None) -> Analysis:
    """Run every stage on ``sources``; the mistakes of their author are in the result, never raised."""
    report = Report()
    files = tuple(parse(source, report) for source in sources)
    symbols = resolve(files, report)
    program = lower(symbols, report, settings)
    broken = any(isinstance(item, n.Broken) for file in files for item in file.items)
    found = tuple(report)
    if broken:
        found = tuple(d for d in found if d.code != "E0201" or not _hidden(d, files))
    return Analysis(tuple(sources), files, symbols, program, found)


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


def _hidden(diagnostic: Diagnostic, files: Sequence[n.File]) -> bool:
    """Whether an undefined name was declared in an item that could not be read."""
    name = diagnostic.labels[0].span.text
    broken = (item.span for file in files for item in file.items if isinstance(item, n.Broken))
    return any(name in span.source.line(span.line) for span in broken)


def years() -> tuple[str, ...]:
    """Return the years that come with the program, ascending."""
    folder = resources.policies()
    return tuple(sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name.isdigit()))


def read_sources(policy: str) -> tuple[Source, ...]:
    """Return the files of a policy: a year that comes with the program, a folder, or a file.

    Raises:
        NoSuchPolicy: there is none; the message lists the years.
    """
    path = resources.policies() / policy if policy in years() else Path(policy)
    if path.is_file():
        return (_read(path, path.name),)
    if path.is_dir():
        found = sorted(path.glob("*.mips"))
        if found:
            prefix = path.name
            return tuple(_read(file, f"{prefix}/{file.name}") for file in found)
        raise NoSuchPolicy(f"no .mips files in {policy}")
    near = nearest(policy, years())
    hint = f"; did you mean {near}?" if near and not policy.isdigit() else ""
    raise NoSuchPolicy(f"there is no policy {policy}: the years are {', '.join(years())}{hint}")


def _read(path: Path, name: str) -> Source:
    try:
        return Source(name, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as mistake:
        raise NoSuchPolicy(f"{name} is not UTF-8 text (byte {mistake.start})") from None
    except OSError as mistake:
        raise NoSuchPolicy(f"{name} cannot be read: {mistake.strerror}") from None
