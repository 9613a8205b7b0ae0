"""A difference with all its layers as Markdown, for a pull request or a memo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from mipsdsl.diff import Change, Difference
from mipsdsl.diff import as_markdown as text_as_markdown
from mipsdsl.diff.markdown import escaped, row
from mipsdsl.impact.answers import Attribution, Layers, Population, Proofs, Why, Witness
from mipsdsl.impact.words import (
    difference_text,
    legend,
    mean_of,
    sameness_text,
    share_text,
    spoken,
    summary,
    title,
    unmoved,
    value_text,
)
from mipsdsl.whatif.compare import Comparison
from mipsdsl.whatif.report import Figure


def as_markdown(
    difference: Difference,
    layers: Layers,
    *,
    names: tuple[str, str] = ("before", "after"),
    changes: Sequence[Change] | None = None,
) -> str:
    """Return ``changes`` (without them: all of ``difference``) and the ``layers`` as Markdown.

    ``names`` are those that a user gave to the two sides.
    """
    wanted = difference.changes if changes is None else changes
    lines = [f"# {title(difference, names)}", ""]
    for layer, said in summary(difference, layers, wanted):
        lines.append(f"- **{layer}** {escaped(said)}")
    if layers.proofs is not None:
        lines += ["", "## What is proved", "", *_proofs(layers.proofs)]
    if layers.witnesses:
        lines += ["", "## For whom", ""]
        lines += [line for each in layers.witnesses for line in _witness(each, names)]
    if layers.population is not None:
        lines += ["", "## How many", "", *_population(layers.population)]
    if layers.why is not None:
        lines += ["", "## Which provision did it", "", *_why(layers)]
    text = text_as_markdown(difference, wanted).split("\n")
    first = next((place for place, line in enumerate(text) if not line.startswith("# ")), 0)
    rest = [f"#{line}" if line.startswith("## ") else line for line in text[first:]]
    return "\n".join([*lines, "", "## What the text says now", *rest])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield row(head)
    yield row(["---"] * len(head))
    yield from (row(each) for each in rows)


def _proofs(proofs: Proofs) -> Iterator[str]:
    rows = (
        [f"{each.record}.{each.name}", sameness_text(each.sameness), each.why, each.bound]
        for each in proofs.outputs
    )
    yield from _table(["result", "", "where, or why", "lists"], rows)
    if proofs.reworded:
        listed = ", ".join(f"`{key.full}`" for key in proofs.reworded)
        yield from ("", f"Reworded, same meaning: {listed}")


def _figures(figures: Iterable[Figure]) -> Iterator[str]:
    rows = (
        [each.name, *(value_text(each.type, each.scale, x) for x in (each.before, each.after))]
        for each in figures
    )
    yield from _table(["", "before", "after"], rows)


def _witness(witness: Witness, names: tuple[str, str]) -> Iterator[str]:
    yield f"### W{witness.number} {escaped(witness.kind)}"
    yield ""
    yield f"`{witness.record}.{witness.name}` differs for:"
    for record, rows in witness.tables.items():
        for each in rows:
            given = ", ".join(f"{name} {value}" for name, value in each.items())
            yield f"- {escaped(record)}: {escaped(given)}"
    yield ""
    yield from _figures(witness.figures)
    yield ""
    for side, account in zip(names, witness.explained, strict=True):
        yield f"<details><summary>Why, under {escaped(side)}</summary>"
        yield ""
        yield from (f"    {line}".rstrip() for line in account.split("\n"))
        yield from ("", "</details>", "")


def _population(population: Population) -> Iterator[str]:
    yield f"{escaped(population.whose)}: {population.size:,}"
    yield ""
    yield from (f"- {escaped(note)}" for note in population.notes)
    for name, comparison in population.outcomes.items():
        yield from ("", f"### {escaped(spoken(name))}", "", *_flows(comparison))
        for by in dict.fromkeys(each.by for each in comparison.groups):
            yield from ("", *_subgroups(by, comparison))
    if population.factors:
        yield from ("", "### National factors", "", *_figures(population.factors))
    for spread in population.spreads:
        yield from ("", f"### How {escaped(spoken(spread.name))} is spread", "")
        edges = [value_text(spread.type, spread.scale, edge) for edge in spread.edges]
        rows = (
            [f"{low} to {high}", f"{before:,}", f"{after:,}"]
            for low, high, before, after in zip(
                edges, edges[1:], spread.before, spread.after, strict=False
            )
        )
        yield from _table(["", "before", "after"], rows)


def _flows(comparison: Comparison) -> Iterator[str]:
    whole, labels = comparison.whole, comparison.labels
    rows = [
        [old, *(f"{whole.flows.get((old, new), 0):,}" for new in labels), f"{whole.before(old):,}"]
        for old in labels
    ]
    rows.append(["after", *(f"{whole.after(new):,}" for new in labels), f"{whole.size:,}"])
    yield from _table(["before ↓ after →", *labels, "before"], rows)


def _subgroups(by: str, comparison: Comparison) -> Iterator[str]:
    rows = (
        [
            each.value,
            f"{each.size:,}",
            f"{each.moved:,} ({share_text(each.moved, each.size)})",
            *(f"{each.before(label):,} → {each.after(label):,}" for label in comparison.labels),
        ]
        for each in comparison.groups
        if each.by == by
    )
    yield from _table([by, "number", "move", *comparison.labels], rows)


def _why(layers: Layers) -> Iterator[str]:
    assert layers.why is not None
    for attribution in layers.why.attributions:
        yield from _attribution(attribution)
    for column, meaning in legend(layers).items():
        yield f"- _{column}_: {meaning}"
    yield from _groups(layers.why)


def _attribution(why: Attribution) -> Iterator[str]:
    unit, steps = why.type.unit, 10**why.scale
    yield f"### {escaped(spoken(why.measure))}"
    yield ""
    rows = [
        [
            spoken(each.group),
            difference_text(unit, Fraction(each.alone, steps)),
            difference_text(unit, Fraction(each.last, steps)),
            difference_text(unit, mean_of(each.shapley, why))
            + (f" ± {each.error / steps:.2g}" if each.error else ""),
        ]
        for each in sorted(why.effects, key=lambda effect: -abs(effect.shapley))
    ]
    total = difference_text(unit, Fraction(why.after - why.before, steps))
    ends = (value_text(why.type, why.scale, x) for x in (why.before, why.after))
    yield from _table(
        ["provisions", "alone", "last", "share"], [*rows, [" → ".join(ends), "", "", total]]
    )
    yield ""


def _groups(why: Why) -> Iterator[str]:
    if why.together:
        yield f"- one group: {escaped(why.together)}"
    yield from (f"- {escaped(note)}" for note in why.notes)
    if names := unmoved(why):
        yield f"- with these data, these move none of it: {escaped(', '.join(map(spoken, names)))}"
