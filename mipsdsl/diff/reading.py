"""Policies as they are compared, read from their layers, and kept.

What is kept belongs to the texts of all layers and to this version of the program: whatever is edited
is read anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from mipsdsl import kept
from mipsdsl.diagnostics import Report
from mipsdsl.diff.policy import Entry, Key, Policy, policy_of
from mipsdsl.library import Layer, Layers
from mipsdsl.source import Source, names_and_texts
from mipsdsl.syntax import nodes as n
from mipsdsl.syntax.data import from_data, to_data
from mipsdsl.syntax.trees import tree_of


def policy_in(chain: Layers, report: Report) -> Policy:
    """Return the things of a policy, of which ``chain`` are all the layers.

    Reports: what consolidating and resolving report; a policy with mistakes is not kept.
    """
    sources = [source for layer in chain for source in layer]
    file = kept.file_of("policies", (kept.version(), *names_and_texts(sources)))
    known = kept.load(file, lambda data: _policy(data, sources))
    if known is not None:
        return known
    from mipsdsl.pipeline import consolidate
    from mipsdsl.semantics.resolve import resolve

    files = consolidate(chain[-1], report, below=chain[:-1])
    symbols = resolve(files, report)
    found = policy_of(files, symbols)
    if not report.diagnostics:
        things = [_line(key, entry, sources) for key, entry in found.items()]
        kept.store(file, {"things": things})
    return found


def _line(key: Key, entry: Entry, sources: Sequence[Source]) -> list[object]:
    return [key.what, key.record, key.name, entry.area, to_data(entry.thing, sources)]


def _policy(data: Any, sources: Sequence[Source]) -> Policy:  # noqa: ANN401 - JSON
    return {
        Key(what, record, name): Entry(from_data(tree, sources), area)
        for what, record, name, area, tree in data["things"]
    }


@frozen
class Step:
    """What one layer says of those below it, and the record that is the first of its own, if any."""

    amendments: tuple[n.Amendment, ...]
    first: str


def step_in(layer: Layer) -> Step:
    """Return what ``layer`` amends; what cannot be read amends nothing."""
    file = kept.file_of("steps", (kept.version(), *names_and_texts(layer)))
    known = kept.load(file, lambda data: Step(from_data(data[0], layer), str(data[1])))
    if known is not None:
        return known
    report = Report()
    items = [item for source in layer for item in tree_of(source, report).items]
    amendments = tuple(item for item in items if isinstance(item, n.Amendment))
    first = next((item.name.text for item in items if isinstance(item, n.Record)), "")
    if not report.diagnostics:
        kept.store(file, [to_data(amendments, layer), first], most=_KEPT)
    return Step(amendments, first)


_KEPT = 1_000
