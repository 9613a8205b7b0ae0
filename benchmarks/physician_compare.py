"""Rebuild the final scores that CMS published for groups in 2017 from their category scores.

    python -m benchmarks.physician_compare GROUPS.csv [-o REPORT.md]

The file says what a group scored in each category, not which categories counted. So each row is
scored under every scheme there is: all categories count, one of them is not scored, too few are, or
the weights are those of an ACO. A category that is not scored is one whose score is given empty.
The rules are the policy of 2017, and the file is read as ``mips run --map`` reads it.

A row fits a scheme when the score is within 0.03 of the published one: the display of quality, to a
tenth, is off by 0.05 at most, and its weight is 60%. Where quality weighs more, or where the display
hides more (a tenth is never rounded up to a whole number: 92.9 stands for up to 93), a row fits
when the published score lies between those of the ends of what the display stands for.

Source of the columns: CMS, "2017 Group Public Reporting - Overall MIPS Performance".
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from attrs import evolve, field, frozen

from mipsdsl.core.nodes import Program
from mipsdsl.data.options import ReadOptions, load_map
from mipsdsl.data.read import read
from mipsdsl.data.tables import Inputs, Table, Value
from mipsdsl.pipeline import compile_policy, read_sources
from mipsdsl.scoring import Wanted, score, world_of

MAP = Path(__file__).with_name("physician_compare_2017.toml")
UNIT_ID, QUALITY = "Org_PAC_ID", "quality_category_score"
PUBLISHED, NAME = "final_MIPS_score", "Org_nm"
FINAL = "submission.final_score"
# Cost is not in the file. In 2017 it has no weight, so that any score of it will do. Points of
# improvement activities are there, so nobody is excused from them.
ASSUMED = {
    "reporting_option": "traditional",
    "cost_score": "10%",
    "improvement_activities_reweighted": "no",
}
POINT = 10**12
"""Scores are whole numbers of these steps of a point; percents of a category have ``PERCENT``."""
PERCENT = 10**10
TOLERANCE = 3 * POINT // 100

Cells: TypeAlias = Mapping[str, Value]


@frozen
class Scheme:
    """A way to be scored: which cells of a submission it gives, in place of those of the file."""

    name: str
    weights: str
    cells: Cells = field(factory=dict)


_NO_ACI: Cells = {"advancing_care_information_score": None}
_ACO: Cells = {"reporting_option": "apm_scoring_standard", "apm_model": "shared_savings"}
# The likely ones first: a row that fits several is counted under the first. The groups of an ACO
# that did not report may be scored by themselves, with the weights of the ACO.
SCHEMES = (
    Scheme("all three categories", "60/15/25"),
    Scheme("advancing care information not scored", "85/15/0", _NO_ACI),
    Scheme("quality not scored", "0/50/50", {"quality_score": None}),
    Scheme("improvement activities not scored", "75/0/25", {"improvement_activities_score": None}),
    Scheme("fewer than two categories", "3 points", {**_NO_ACI, "quality_score": None}),
    Scheme("ACO, all three categories", "50/20/30", _ACO),
    Scheme("ACO, advancing care information not scored", "75/25/0", {**_ACO, **_NO_ACI}),
    Scheme("ACO, quality not scored", "0/25/75", {**_ACO, "quality_score": None}),
)


class Fit(Enum):
    """How a row fits a scheme."""

    EXACT = "equal to the hundredth"
    CLOSE = "within 0.03"
    DISPLAY = "within what the display of quality stands for"
    NONE = "not"


@frozen
class Row:
    """A published row, and how it fits each scheme. Shapes: ``fits`` and ``rebuilt`` (schemes,)."""

    unit: str
    name: str
    quality: str
    published: int
    rebuilt: tuple[int, ...]
    fits: tuple[Fit, ...]

    @property
    def fitting(self) -> tuple[int, ...]:
        """Return the schemes that the row fits: those it is close to first, the likely first."""
        places = [place for place, how in enumerate(self.fits) if how is not Fit.NONE]
        return tuple(sorted(places, key=lambda place: self.fits[place] is Fit.DISPLAY))


def compare(path: Path) -> list[Row]:
    """Return the rows of the file with what the policy makes of them."""
    program = compile_policy(read_sources("2017"))
    inputs = read(program, [path], ReadOptions(column_map=load_map(MAP), assume=ASSUMED))
    if inputs.rejects:
        raise SystemExit(f"{len(inputs.rejects)} rows cannot be read: {inputs.rejects[0].reason}")
    shown = [_scores(program, inputs, each.cells, _as_shown) for each in SCHEMES]
    low = [_scores(program, inputs, each.cells, lowest) for each in SCHEMES]
    high = [_scores(program, inputs, each.cells, highest) for each in SCHEMES]
    return [_row(cells, shown, low, high) for cells in _published(path)]


def _row(
    cells: Mapping[str, str],
    shown: Sequence[Mapping[str, int]],
    low: Sequence[Mapping[str, int]],
    high: Sequence[Mapping[str, int]],
) -> Row:
    unit, published = cells[UNIT_ID], _steps(cells[PUBLISHED])
    rebuilt = tuple(scores[unit] for scores in shown)
    ends = zip(rebuilt, (each[unit] for each in low), (each[unit] for each in high), strict=True)
    fits = tuple(fit(published, *each) for each in ends)
    return Row(unit, cells[NAME], cells[QUALITY], published, rebuilt, fits)


def fit(published: int, rebuilt: int, low: int, high: int) -> Fit:
    """Return how the published score fits the one rebuilt from quality as shown, and its ends.

    >>> fit(9798 * POINT // 100, 9800 * POINT // 100, 0, 0)
    <Fit.CLOSE: 'within 0.03'>
    """
    if published == rebuilt:
        return Fit.EXACT
    if abs(published - rebuilt) <= TOLERANCE:
        return Fit.CLOSE
    return Fit.DISPLAY if low <= published <= high else Fit.NONE


def _published(path: Path) -> Iterator[dict[str, str]]:
    """Return the rows as texts; the headers begin with blanks."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {name.strip(): cell.strip() for name, cell in row.items()}


def _steps(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(12, "0")[:12])


# --- what the display stands for -----------------------------------------------------------------


def _as_shown(quality: int) -> int:
    return quality


def lowest(quality: int) -> int:
    """Return the lowest score shown as ``quality``: nothing is rounded up to a whole number.

    >>> lowest(934 * PERCENT // 10) / PERCENT, lowest(93 * PERCENT) / PERCENT
    (93.35, 93.0)
    """
    return quality if quality % PERCENT == 0 else quality - PERCENT // 20


def highest(quality: int) -> int:
    """Return the highest score shown as ``quality``.

    >>> highest(934 * PERCENT // 10) / PERCENT, highest(929 * PERCENT // 10) / PERCENT
    (93.45, 93.0)
    """
    hidden = 10 if quality % PERCENT == 9 * PERCENT // 10 else 20
    return min(quality + PERCENT // hidden, 100 * PERCENT)


def _scores(
    program: Program, inputs: Inputs, cells: Cells, reading: Callable[[int], int]
) -> dict[str, int]:
    """Return the final score of each submission, with some cells given otherwise."""
    table = inputs.tables["submission"]
    quality = table.columns.index("quality_score")
    rows = [[*row] for row in table.rows]
    for row in rows:
        value = row[quality]
        row[quality] = reading(value) if isinstance(value, int) else None
    changed = _with(evolve(table, rows=rows), cells)
    world = world_of(program, evolve(inputs, tables={**inputs.tables, "submission": changed}))
    (outcome,) = score(world, Wanted(outputs=(FINAL,), per="submission")).outcomes
    found = {str(unit): value for unit, value in outcome.rows}
    return {unit: value for unit, value in found.items() if isinstance(value, int)}


def _with(table: Table, cells: Cells) -> Table:
    """Return the table with these cells in every row, in columns of its own or new ones."""
    kept = [place for place, name in enumerate(table.columns) if name not in cells]
    columns = (*(table.columns[place] for place in kept), *cells)
    rows = [[*(row[place] for place in kept), *cells.values()] for row in table.rows]
    return Table(table.record, columns, rows, table.origins)


# --- the report ----------------------------------------------------------------------------------


def report(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the report."""
    fitting = [row for row in rows if row.fitting]
    telling = [row for row in fitting if len(row.fitting) == 1]
    yield "# Final scores of 2017, rebuilt from published category scores"
    yield ""
    yield f"{len(rows):,} groups, scored under `policies/2017` with each of {len(SCHEMES)} schemes."
    yield "Which categories counted is not in the file: a row has the likeliest scheme that it fits."
    yield ""
    yield f"- {len(fitting):,} rows fit at least one scheme; {len(rows) - len(fitting)} fit none"
    yield f"- {len(telling):,} rows fit one scheme only: they tell which categories counted"
    yield f"- {len(fitting) - len(telling):,} rows fit several, which they cannot tell apart"
    yield ""
    yield from _by_scheme(fitting, telling)
    yield ""
    yield from _several(fitting)
    yield ""
    yield from _displayed(fitting)
    yield ""
    yield "## Rows that fit no scheme"
    yield ""
    without = [row for row in rows if not row.fitting]
    yield from (_line(row, 0) for row in without)
    if not without:
        yield "None."


def _by_scheme(fitting: Sequence[Row], telling: Sequence[Row]) -> Iterator[str]:
    first = Counter(row.fitting[0] for row in fitting)
    only = Counter(row.fitting[0] for row in telling)
    best = Counter((row.fitting[0], row.fits[row.fitting[0]]) for row in fitting)
    heads = ["scheme", "weights (quality/activities/information)", "rows", "fit it only"]
    yield f"| {' | '.join([*heads, Fit.EXACT.value, Fit.CLOSE.value, 'by the display'])} |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    for place, each in enumerate(SCHEMES):
        counts = [best[place, how] for how in (Fit.EXACT, Fit.CLOSE, Fit.DISPLAY)]
        cells = [each.name, each.weights, first[place], only[place], *counts]
        yield f"| {' | '.join(str(cell) for cell in cells)} |"


def _several(fitting: Sequence[Row]) -> Iterator[str]:
    sets = Counter(tuple(sorted(row.fitting)) for row in fitting if len(row.fitting) > 1)
    yield "## Rows that fit several schemes"
    yield ""
    yield "| rows | schemes |"
    yield "|--:|---|"
    for places, number in sorted(sets.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"| {number} | {', '.join(SCHEMES[place].weights for place in places)} |"


def _displayed(fitting: Sequence[Row]) -> Iterator[str]:
    rows = [row for row in fitting if row.fits[row.fitting[0]] is Fit.DISPLAY]
    nines = [row for row in rows if row.quality.endswith(".9")]
    yield "## Rows that are off by more than 0.03 because of the display of quality"
    yield ""
    yield f"{len(nines)} show a `.9` that stands for .95 and more, as CMS never rounds up to a"
    yield f"whole number. The other {len(rows) - len(nines)}, where quality weighs 85%:"
    yield ""
    yield from (_line(row, row.fitting[0]) for row in rows if row not in nines)


def _line(row: Row, place: int) -> str:
    published, rebuilt = (f"{value / POINT:.2f}" for value in (row.published, row.rebuilt[place]))
    weights = SCHEMES[place].weights
    return (
        f"- {row.unit} {row.name}: quality {row.quality}, "
        f"published {published}, rebuilt {rebuilt} ({weights})"
    )


def main() -> None:
    """Print the report, or write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("groups", type=Path, help="the CSV file of CMS")
    parser.add_argument("-o", "--output", type=Path, help="write the report here")
    asked = parser.parse_args()
    text = "\n".join(report(compare(asked.groups))) + "\n"
    if asked.output is None:
        print(text, end="")
    else:
        asked.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
