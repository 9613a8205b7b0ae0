"""The year that is amended, while it is: finding its things, its locks, what was amended already."""

from __future__ import annotations

from typing import TypeAlias

from attrs import define, field

from mipsdsl.diagnostics import Label, Report
from mipsdsl.diagnostics.model import nearest
from mipsdsl.semantics.labels import Labels
from mipsdsl.semantics.symbols import Symbols
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n

Part: TypeAlias = tuple[object, ...]


@define
class Entry:
    """An item of the base year as it becomes; ``None`` when it is removed.

    ``named`` is the item of the base under its new names, with nothing else changed.
    """

    file: int
    item: n.Item | None
    base: n.Item
    named: n.Item


@define
class Work:
    """The base year while it is amended."""

    entries: list[Entry]
    symbols: Symbols
    report: Report
    labels: Labels
    touched: dict[Part, Span] = field(factory=dict)
    renames: dict[tuple[str, str], str] = field(factory=dict)

    def claim(self, part: Part, span: Span) -> bool:
        """Note that ``part`` is amended; report a second amendment of it.

        Reports: E0510.
        """
        if part in self.touched:
            self.report.error(
                "E0510", "this is amended twice", span, "again here",
                Label(self.touched[part], "amended here already"),
                help="all amendments of a year happen at once: say it in one",
            )  # fmt: skip
            return False
        self.touched[part] = span
        return True


def name_of(item: n.Item) -> tuple[str, str] | None:
    """Return the record (or nothing) and name under which an item can be amended."""
    match item:
        case n.Rule(target=target) | n.Table(target=target) | n.Scale(target=target):
            return (target.record.text if target.record else ""), target.name.text
        case n.Selection():
            parts = item.rows.parts
            return (parts[0].text if len(parts) == 2 else ""), item.name.text
        case n.Relation():
            return item.record.text, item.name.text
        case n.Parameter() | n.Population() | n.Choice() | n.Record() | n.Reference():
            return "", item.name.text
        case n.Claim():
            return "", f"claim {item.text}"
        case _:
            return None


def find(
    path: n.Path, kinds: tuple[type[n.Node], ...], work: Work, *, in_result: bool = False
) -> Entry | None:
    """Return the entry that ``path`` names in the base year, or under its new name ``in_result``.

    Reports: E0507.
    """
    names = [part.text for part in path.parts]
    first = next(iter(work.symbols.records), "")
    wanted = (names[0], names[1]) if len(names) == 2 else ("", names[-1])
    fitting = [
        entry
        for entry in work.entries
        if isinstance(entry.base, kinds)
        if _matches(name_of(entry.named if in_result else entry.base), wanted, first)
    ]
    if len(fitting) == 1:
        return fitting[0]
    what = " or ".join(sorted({_word(kind) for kind in kinds}))
    if fitting:
        message = f"`{path.text}` can be several things: name its record too"
        work.report.error("E0507", message, path.span)
        return None
    known = [
        name[1] for e in work.entries if isinstance(e.base, kinds) and (name := name_of(e.base))
    ]
    near = nearest(names[-1], known)
    work.report.error(
        "E0507", f"the base year has no {what} `{path.text}`", path.span,
        help=f"`{near}` is near" if near else "",
    )  # fmt: skip
    return None


def _matches(name: tuple[str, str] | None, wanted: tuple[str, str], first: str) -> bool:
    if name is None or name[1] != wanted[1]:
        return False
    return not wanted[0] or name[0] == wanted[0] or (not name[0] and wanted[0] == first)


def _word(kind: type[n.Node]) -> str:
    return kind.__name__.lower()


KINDS: dict[str, tuple[type[n.Node], ...]] = {
    "parameter": (n.Parameter,),
    "rule": (n.Rule,),
    "table": (n.Table,),
    "scale": (n.Scale,),
    "selection": (n.Selection,),
    "population": (n.Population,),
    "choice": (n.Choice,),
    "record": (n.Record,),
    "reference": (n.Reference,),
    "relation": (n.Relation,),
    "claim": (n.Claim,),
}


def lock_holds(was: n.Expr, now: n.Expr, base: n.Expr, work: Work) -> bool:
    """Return whether the base still says what the amendment thinks it says.

    Reports: E0508.
    """
    if was == now:
        return True
    work.report.error(
        "E0508", "the base year does not say this", was.span, f"it says {now.span.text}",
        Label(base.span, "here"), help="the base has moved: read it again, then amend it",
    )  # fmt: skip
    return False


def changes_nothing(new: object, old: object, span: Span, work: Work) -> bool:
    """Return whether an amendment changes nothing, which is reported.

    Reports: E0509.
    """
    if new != old:
        return False
    work.report.error(
        "E0509", "this changes nothing", span, help="remove it, or write `keep` to hold on to it"
    )
    return True
