"""New labels for what a year renames, or calls by the same name."""

from __future__ import annotations

from typing import TypeAlias

from attrs import define, evolve, field

from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n

Key: TypeAlias = tuple[str, str]
"""The record and the name in the base year, as for renames: ``mipsdsl.semantics.rewrite``."""


@define
class Labels:
    """New labels by what they are of.

    ``open`` are those that nothing has taken yet, ``same`` those of a thing that keeps its name and
    had that label already.
    """

    first: str
    new: dict[Key, str] = field(factory=dict)
    open: dict[Key, Span] = field(factory=dict)
    named: set[Key] = field(factory=set)
    same: list[Span] = field(factory=list)

    def add(self, key: Key, label: str, span: Span, *, renamed: bool) -> None:
        """Note that what is named ``key`` in the base year has a new label, and maybe a new name."""
        self.new[key] = label
        self.open[key] = span
        if renamed:
            self.named.add(key)

    def on(self, item: n.Item, base: n.Item) -> n.Item:
        """Return ``item`` with its new labels; ``base`` is the same item under its old names."""
        match item, base:
            case n.Rule(), n.Rule(target=n.Target(record=record, name=name)):
                key = (self.first if record is None else record.text, name.text)
                return evolve(item, label=self._take(key, item.label))
            case n.Population(), n.Population(name=name):
                return evolve(item, label=self._take(("global", name.text), item.label))
            case (
                (n.Record() | n.Reference() | n.Extend()),
                (n.Record() | n.Reference() | n.Extend()),
            ):
                fields = tuple(
                    evolve(new, label=self._take((base.name.text, old.name.text), new.label))
                    for new, old in zip(item.fields, base.fields, strict=True)
                )
                return evolve(item, fields=fields)
            case n.Choice(), n.Choice():
                values = tuple(
                    evolve(new, label=self._take((f"={base.name.text}", old.name.text), new.label))
                    for new, old in zip(item.values, base.values, strict=True)
                )
                return evolve(item, values=values)
            case _:
                return item

    def _take(self, key: Key, label: str) -> str:
        span = self.open.pop(key, None)
        if span is not None and self.new[key] == label and key not in self.named:
            self.same.append(span)
        return self.new.get(key, label)
