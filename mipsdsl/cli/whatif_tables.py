"""The answer to a what-if on the standard output: tables for people, CSV and JSON for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from fractions import Fraction

import click

from mipsdsl.about import About
from mipsdsl.cli import policies
from mipsdsl.cli.summary import rows as rows_text
from mipsdsl.core.types import QUANTITIES, Type, Unit
from mipsdsl.data.privacy import is_small, number_text
from mipsdsl.data.suppress import Mark, marks
from mipsdsl.data.write import Column, cell_text, neutral
from mipsdsl.engines.store import Stored
from mipsdsl.scoring import results_of
from mipsdsl.shown import shown_text
from mipsdsl.whatif.compare import Group
from mipsdsl.whatif.report import Figure, How, Report, share

_WIDTH = 10
_HIDDEN = "–"


# --- how it was answered -------------------------------------------------------------------------


def how_answered(report: Report, least: int) -> Iterator[str]:
    """Yield how the answer came about and what the factors are, for standard error."""
    yield from said_of(report.how, least)
    computed = [figure for figure in report.factors if figure.how == "computed"]
    if computed:
        stand = [f"{x.name} {_text(x, x.published)}" for x in computed if x.published is not None]
        tail = f"; published: {', '.join(stand)}" if stand else ""
        of = f"{number_text(report.how.rows, least)} {report.how.record}"
        yield _line("factors", f"computed from these {of}, before and after{tail}")
    elif report.factors:
        yield _line("factors", "held as published; `--population here` computes them from the data")
    if report.comparison.alone:
        number = rows_text(report.comparison.alone, least)
        yield _line("note", f"{number} of {report.how.record} are in one of the two alone")


def said_of(how: How, least: int) -> Iterator[str]:
    """Yield whether rows were scored again, and what could not be computed."""
    rows = f"{number_text(how.rows, least)} {how.record}"
    if how.cells:
        alike = f"{number_text(how.cells, least)} cells of alike rows, of {rows}"
        yield _line("answered", f"from a histogram: {alike}, scored once")
    else:
        why = f": {how.why}" if how.why else ""
        yield _line("answered", f"by scoring {rows} again{why}")
    for name in how.dropped:
        yield _line("left out", f"`{name}`, for which the data lack something")


def _line(word: str, text: str) -> str:
    return f"{word:<{_WIDTH}}{text}"


# --- tables --------------------------------------------------------------------------------------


def show(report: Report, least: int, *, colour: bool) -> None:
    """Show the answer as tables."""
    for title, header, body in _sections(report, least):
        click.echo(click.style(title, bold=True) if colour else title)
        click.echo(laid_out(header, body))
        click.echo()
    if not report.lens.among:
        yes = _who_counts(report)
        hint = f"; `--among {yes}` counts only those" if yes else ""
        click.echo(f"counted: all {number_text(report.how.rows, least)} {report.how.record}{hint}")
    else:
        number = number_text(report.comparison.whole.size, least)
        click.echo(f"counted: {number} {report.how.record} with {report.lens.among}")


def _who_counts(report: Report) -> str:
    """Return the first result that is a yes or no: who is in."""
    yes = (x for x in results_of(report.program, report.lens.record) if x.type.unit is Unit.YESNO)
    return next((each.name for each in yes), "")


Section = tuple[str, Sequence[str], list[list[str]]]


def _sections(report: Report, least: int) -> Iterator[Section]:
    changed = [[x.name, _text(x, x.before), _text(x, x.after)] for x in report.changes]
    if changed:
        yield "change", ("", "before", "after"), changed
    if report.rules:
        yield "rules that say something else", ("",), [[name] for name in report.rules]
    if report.factors:
        factors = [[x.name, _text(x, x.before), _text(x, x.after)] for x in report.factors]
        yield "national factors", ("", "before", "after"), factors
    yield _flows(report, least)
    if report.comparison.spread and not least:
        column = _column(report.lens.outcome, report.outcome, report.outcome_scale)
        yield (
            f"{report.lens.outcome}, of so many percent at most", ("", "before", "after"),
            [
                [_percent_name(percent), shown_text(column, one), shown_text(column, other)]
                for percent, one, other in report.comparison.spread
            ],
        )  # fmt: skip
    if report.money:
        yield (
            "money",
            ("", "before", "after", "change"),
            list(_money(report, report.comparison.whole, least)),
        )
    for by in report.lens.by:
        yield _groups(report, by, least)


def _percent_name(percent: int) -> str:
    return {0: "lowest", 50: "median", 100: "highest"}.get(percent, f"{percent}%")


def _flows(report: Report, least: int) -> Section:
    """Rows: the outcome before; columns: after."""
    labels, whole = report.comparison.labels, report.comparison.whole
    few = _few_move(report, least)
    before = [whole.before(label) for label in labels]
    shown = _befores(report, least)
    body = []
    for label, number, text in zip(labels, before, shown, strict=True):
        flows = [_HIDDEN if few else f"{whole.flows.get((label, new), 0):,}" for new in labels]
        is_open = text == f"{number:,}"
        body.append([label, *flows, text, _share(number, whole.size) if is_open else ""])
    after = [whole.after(label) for label in labels]
    counted = number_text(whole.size, least)
    body.append(["after", *(_HIDDEN if few else f"{n:,}" for n in after), counted, ""])
    if not few:
        body.append(["", *(_share(number, whole.size) for number in after), "", ""])
    header = (f"{report.lens.outcome} before ↓ after →", *labels, "before", "")
    moved = number_text(whole.moved, least)
    return f"outcomes: {moved} of {number_text(whole.size, least)} move", header, body


def _few_move(report: Report, least: int) -> bool:
    """Return whether so few move from one outcome to another that their number may not be shown.

    It would follow from how many have each outcome before and after, so no number after is shown.
    """
    return any(is_small(number, least) for number in report.comparison.whole.flows.values())


def _befores(report: Report, least: int) -> list[str]:
    """Return how many have each outcome before, as far as it may be shown."""
    numbers = [[report.comparison.whole.before(label)] for label in report.comparison.labels]
    hidden = marks(numbers, least) if least else [[Mark.SHOWN]] * len(numbers)
    return [_shown(*pair, least)[0] for pair in zip(numbers, hidden[: len(numbers)], strict=True)]


def _counts(report: Report, group: Group) -> list[int]:
    """Return how many a group has, then how many have each outcome before and after."""
    labels = report.comparison.labels
    return [group.size, *(n for x in labels for n in (group.before(x), group.after(x)))]


def _marks(report: Report, groups: Sequence[Group], least: int) -> list[list[Mark]] | None:
    """Return what becomes of the counts of ``groups``: who moves must not follow from them."""
    if not least:
        return None
    labels, counts = report.comparison.labels, [_counts(report, group) for group in groups]
    before = marks([[row[0], *row[1::2]] for row in counts], least)[: len(groups)]
    if _few_move(report, least):
        after = [[Mark.WITHHELD] * len(labels) for _ in groups]
    else:
        flows = [[g.flows.get((old, new), 0) for old in labels for new in labels] for g in groups]
        both = marks([[*row, *own] for row, own in zip(counts, flows, strict=True)], least)
        after = [row[2 : 1 + 2 * len(labels) : 2] for row in both[: len(groups)]]
    return [
        [own[0], *(mark for pair in zip(own[1:], later, strict=True) for mark in pair)]
        for own, later in zip(before, after, strict=True)
    ]


def _shown(row: Sequence[int], hidden: Sequence[Mark] | None, least: int) -> list[str]:
    if hidden is None:
        return [f"{number:,}" for number in row]
    texts = {Mark.SHOWN: "{:,}", Mark.SMALL: f"<{least}", Mark.WITHHELD: _HIDDEN}
    return [texts[mark].format(number) for number, mark in zip(row, hidden, strict=True)]


def _money(report: Report, group: Group, least: int) -> Iterator[list[str]]:
    few = is_small(group.moved, least)
    for name, (type_, scale) in report.money.items():
        column, (one, other) = _column(name, type_, scale), group.money[name]
        if few:
            yield [name, shown_text(column, one), _HIDDEN, _HIDDEN]
            continue
        yield [name, *(shown_text(column, x) for x in (one, other)), _signed(column, other - one)]


def _signed(column: Column, value: int) -> str:
    return ("+" if value > 0 else "") + shown_text(column, value)


def _groups(report: Report, by: str, least: int) -> Section:
    labels = report.comparison.labels
    groups = [group for group in report.comparison.groups if group.by == by]
    money = list(report.money)
    header = [by, "number", *(f"{label} before → after" for label in labels)]
    header += [f"{name} change" for name in money]
    counts = [_counts(report, group) for group in groups]
    hidden = _marks(report, groups, least)
    body = []
    for place, group in enumerate(groups):
        row_marks = None if hidden is None else hidden[place]
        shown = _shown(counts[place], row_marks, least)
        pairs = [f"{shown[2 * k + 1]} → {shown[2 * k + 2]}" for k in range(len(labels))]
        is_open = row_marks is None or all(mark is Mark.SHOWN for mark in row_marks)
        sums = []
        for name in money:
            one, other = group.money[name]
            sums.append(
                _signed(_column(name, *report.money[name]), other - one) if is_open else _HIDDEN
            )
        body.append([group.value, shown[0], *pairs, *sums])
    return f"by {by}", header, body


def laid_out(header: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return a table as text: the first column to the left, the others to the right."""
    wide = [
        max(len(row[place]) for row in (header, *body) if place < len(row))
        for place in range(len(header))
    ]
    lines = []
    for row in (header, *body):
        cells = [
            cell.ljust(wide[place]) if place == 0 else cell.rjust(wide[place])
            for place, cell in enumerate(row)
        ]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join(line for line in lines if line.strip())


# --- values --------------------------------------------------------------------------------------


def _column(name: str, type_: Type, scale: int) -> Column:
    return Column(name, type_.required(), scale)


def _text(figure: Figure, value: Stored) -> str:
    if value is None:
        return _HIDDEN
    if figure.type.unit not in QUANTITIES or not isinstance(value, int):
        return "yes" if value is True else "no" if value is False else str(value)
    return factor_text(figure.type, figure.scale, value)


def factor_text(type_: Type, scale: int, value: int) -> str:
    """Return a quantity with all its places: 0.126677, 82 points, 9%."""
    from mipsdsl.semantics.cells import quantity_text

    return quantity_text(Fraction(value, 10**scale), type_.unit)


def _share(number: int, total: int) -> str:
    return percent_text(share(number, total))


def percent_text(value: Fraction) -> str:
    """Return a share as a percent with one place.

    >>> percent_text(Fraction(1, 3))
    '33.3%'
    """
    tenths = (value.numerator * 2000 + value.denominator) // (2 * value.denominator)
    return f"{tenths // 10}.{tenths % 10}%"


# --- for programs --------------------------------------------------------------------------------


def csv_of(report: Report, least: int) -> str:
    """Return the answer as CSV, a figure in each line: section, group, name, before and after."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["section", "by", "group", "name", "before", "after", "number"])
    for row in _lines(report, least):
        writer.writerow([neutral(cell) for cell in row])
    return out.getvalue()


def _lines(report: Report, least: int) -> Iterator[list[str]]:
    for section, figures in (("change", report.changes), ("factor", report.factors)):
        for x in figures:
            yield [section, "", "", x.name, _plain(x, x.before), _plain(x, x.after), ""]
    for name in report.rules:
        yield ["rule", "", "", name, "", "", ""]
    whole, column = report.comparison.whole, _column("", report.outcome, report.outcome_scale)
    labels = report.comparison.labels
    few = _few_move(report, least)
    for old in labels:
        for new in labels:
            number = "" if few else str(whole.flows.get((old, new), 0))
            yield ["flow", "", "", report.lens.outcome, old, new, number]
    for percent, one, other in () if least else report.comparison.spread:
        texts = [cell_text(column, x, "fraction") for x in (one, other)]
        yield ["spread", "", f"{percent}%", report.lens.outcome, *texts, ""]
    yield from _group_lines(report, [whole], least)
    for by in report.lens.by:
        yield from _group_lines(report, [g for g in report.comparison.groups if g.by == by], least)


def _group_lines(report: Report, groups: Sequence[Group], least: int) -> Iterator[list[str]]:
    labels = report.comparison.labels
    counts = [_counts(report, group) for group in groups]
    hidden = _marks(report, groups, least)
    for place, g in enumerate(groups):
        shown = _numbers(counts[place], hidden[place] if hidden else None, least)
        for k, label in enumerate(labels):
            pair = shown[2 * k + 1 : 2 * k + 3]
            yield ["outcome", g.by, g.value, label, *pair, shown[0]]
        if hidden is None or all(mark is Mark.SHOWN for mark in hidden[place]):
            for name, (type_, scale) in report.money.items():
                column = _column(name, type_, scale)
                texts = [cell_text(column, x, "fraction") for x in g.money[name]]
                yield ["money", g.by, g.value, name, *texts, shown[0]]


def _numbers(row: Sequence[int], hidden: Sequence[Mark] | None, least: int) -> list[str]:
    shown = _shown(row, hidden, least)
    return [text.replace(",", "") if text != _HIDDEN else "" for text in shown]


def _plain(figure: Figure, value: Stored) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return _text(figure, value) if value is not None else ""
    return cell_text(_column(figure.name, figure.type, figure.scale), value, "fraction")


def json_of(report: Report, least: int, found: About) -> str:
    """Return the answer in the envelope of all JSON output; quantities as exact texts."""
    named = ("section", "by", "group", "name", "before", "after", "number")
    figures: dict[str, list[dict[str, str]]] = {}
    for line in _lines(report, least):
        entry = {name: cell for name, cell in zip(named[1:], line[1:], strict=True) if cell}
        figures.setdefault(line[0], []).append(entry)
    content: dict[str, object] = {
        "year": report.program.year,
        "record": report.how.record,
        "outcome": report.lens.outcome,
        "among": report.lens.among,
        "answered": answered(report.how, least),
        "factors_are": report.factors[0].how if report.factors else "",
        **figures,
        "about": found.as_json(),
    }
    return policies.envelope("whatif", content)


def answered(how: How, least: int) -> dict[str, object]:
    """Return how an answer came about, for JSON; a small number of rows is a text."""
    rows, cells = (
        number_text(number, least) if is_small(number, least) else number
        for number in (how.rows, how.cells)
    )
    return {
        "from": "histogram" if how.cells else "rows",
        "rows": rows,
        "cells": cells,
        "why": how.why,
        "left_out": list(how.dropped),
    }
