"""What a sample says of itself: that nobody in it exists, and what each column was set from."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import asdict

from mipsdsl.core.nodes import Program
from mipsdsl.sample.make import Maker
from mipsdsl.sample.marginals import Law, Marginal, title

_TEXT = """\
# A synthetic nation, performance year {year}

**{title}**

{clinicians:,} clinicians, by `{command}`:
the same command makes the same data. One file for each record of the policy. {given}

Marginals are set from what CMS and others published, as far as they did; what is `assumed` says nothing
about the nation. Columns are independent of each other but where it is said. Do not quote a
result as one about real clinicians.

| column | how it is distributed | missing | where | source |
|---|---|---|---|---|
{lines}
"""


_SCORES = """Category scores are given;
the rules do eligibility, weights, bonuses, final scores and payment."""
_MEASURES = (
    "Measures and activities are given,\nand the rules do the whole year. What a measure is, and its "
    "benchmark, is {whose}."
)


def readme(program: Program, maker: Maker, clinicians: int, seed: int) -> str:
    """Return the text of the file that comes with a sample."""
    lines = "\n".join(f"| {' | '.join(cells)} |" for cells in _cells(maker))
    command = f"mips sample --clinicians {clinicians} --year {program.year} --seed {seed}"
    given = _SCORES
    if maker.sender is not None:
        invented = "invented" if maker.sender.catalogues.tables else "CMS's"
        given, command = _MEASURES.format(whose=invented), f"{command} --detail measures"
    return _TEXT.format(
        title=title(), year=program.year, clinicians=clinicians, command=command, given=given,
        lines=lines,
    )  # fmt: skip


def _cells(maker: Maker) -> Iterator[tuple[str, str, str, str, str]]:
    for record, columns in maker.marginals.items():
        slots = maker.layout.slots.get(record)
        for part in (part for parts in columns for part in parts):
            name = next((each for each in part.names if slots is None or each in slots), "")
            if name:
                yield (
                    f"`{record}.{name}`",
                    _said(part.law),
                    f"{part.missing:.1%}" if part.missing else "",
                    _where(part),
                    part.source,
                )


def _said(law: Law) -> str:
    parts = ", ".join(f"{name} {_shown(value)}" for name, value in asdict(law).items())
    return f"{type(law).__name__.casefold()}: {parts}"


def _shown(value: object) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_shown(each) for each in value) + "]"
    return str(value)


def _where(part: Marginal) -> str:
    said = [f"{column} {' or '.join(values)}" for column, values in part.where]
    if part.per_practice:
        said.append("one for a practice")
    return "; ".join(said)
