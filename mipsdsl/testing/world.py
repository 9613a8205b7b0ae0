"""The small world of an example: a row of each record that has a `usual`, and what is given."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from mipsdsl.core import nodes as c
from mipsdsl.core.types import Unit
from mipsdsl.diagnostics import Report
from mipsdsl.diagnostics.model import nearest
from mipsdsl.engines.frames import Values, linked
from mipsdsl.engines.store import Store, Stored
from mipsdsl.source import Span
from mipsdsl.syntax import nodes as n
from mipsdsl.testing.facts import Slot, slots, stored


@define
class Setting:
    """What all examples of a program share: its slots, and the usual values of each record."""

    program: c.Program
    slots: dict[tuple[str, str], Slot]
    usual: dict[str, Values] = field(factory=dict)
    owners: dict[str, tuple[str, str]] = field(factory=dict)
    """Of each record that lives in a list: its parent and the list."""


def setting(program: c.Program, usuals: Sequence[n.Usual], report: Report) -> Setting:
    """Return the setting of ``program``.

    Reports: E0601 a name that is none, E0602 a value of another type.
    """
    made = Setting(program, slots(program))
    for record in program.records:
        for relation in record.relations:
            if relation.owned:
                made.owners.setdefault(relation.record, (record.name, relation.name))
    records = {record.name for record in program.records}
    for node in usuals:
        if node.record.text not in records:
            _unknown(node.record.text, sorted(records), node.record.span, report)
            continue
        values = made.usual.setdefault(node.record.text, {})
        for assign in node.values:
            slot = made.slots.get((node.record.text, assign.path.text))
            if _is_empty_list(program, node.record.text, assign):
                continue
            if slot is None:
                known = [name for record, name in made.slots if record == node.record.text]
                _unknown(assign.path.text, known, assign.path.span, report)
                continue
            values[slot.name] = stored(assign.value, slot, program, report)
    return made


def _is_empty_list(program: c.Program, record: str, assign: n.Assign) -> bool:
    """Whether the author says that a list has no rows: `quality_measures none`."""
    lists = {r.name for x in program.records if x.name == record for r in x.relations}
    none = isinstance(assign.value, n.Path) and assign.value.text == "none"
    return none and assign.path.text in lists


def _unknown(name: str, known: Sequence[str], span: Span, report: Report) -> None:
    near = nearest(name, [x for x in known if " " not in x])
    report.error(
        "E0601", f"nothing is named `{name}` here", span, help=f"`{near}` is near" if near else ""
    )


@define
class World:
    """The rows of one example, while it is told."""

    setting: Setting
    report: Report
    rows: dict[str, list[Values]] = field(factory=dict)
    populations: dict[str, Stored] = field(factory=dict)
    current: dict[str, int] = field(factory=dict)
    focus: str = ""

    @classmethod
    def usual(cls, setting: Setting, report: Report) -> World:
        """Return a world with one row of each record that stands alone and has a `usual`."""
        world = cls(setting, report)
        for record in setting.program.records:
            alone = record.name not in setting.owners and not record.is_reference
            if alone and record.name in setting.usual:
                world.rows[record.name] = [dict(setting.usual[record.name])]
        return world

    def tell(self, given: n.Given) -> None:
        """Take in what one `given` says."""
        self.focus = ""
        for part in given.parts:
            match part:
                case n.GivenRecord():
                    self._turn_to(part)
                case n.Assign():
                    self.assign(part)
                case n.Children():
                    self._children(part)

    def _turn_to(self, node: n.GivenRecord) -> None:
        name = node.record.text
        if all(record.name != name for record in self.setting.program.records):
            known = [record.name for record in self.setting.program.records]
            _unknown(name, known, node.record.span, self.report)
            return
        self.focus = name
        if node.another or not self.rows.get(name):
            self.add(name)
        else:
            self.current.setdefault(name, 0)

    def add(self, name: str) -> Values:
        """Add a row of a record, with its usual values and a key of its own, and return it."""
        rows = self.rows.setdefault(name, [])
        row = dict(self.setting.usual.get(name, {}))
        record = self._record(name)
        owner = self.setting.owners.get(name)
        if owner is not None:
            parent = self._parent_row(owner[0])
            for key in self._record(owner[0]).key:
                if parent is not None and key in parent:
                    row[key] = parent[key]
        self._make_unique(record, row, rows)
        rows.append(row)
        self.current[name] = len(rows) - 1
        return row

    def _parent_row(self, parent: str) -> Values | None:
        rows = self.rows.get(parent)
        return rows[self.current.get(parent, 0)] if rows else None

    def _make_unique(self, record: c.Record, row: Values, rows: list[Values]) -> None:
        """Change the last part of the key that is a text, when another row has the same key."""
        texts = [f.name for f in record.fields if f.type.unit is Unit.TEXT and f.name in record.key]
        taken = {tuple(one.get(k) for k in record.key) for one in rows}
        if not texts:
            return
        base, count = row.get(texts[-1]) or record.name, 1
        row.setdefault(texts[-1], base)
        while tuple(row.get(k) for k in record.key) in taken:
            count += 1
            row[texts[-1]] = f"{base}-{count}"

    def _record(self, name: str) -> c.Record:
        return next(record for record in self.setting.program.records if record.name == name)

    def _children(self, node: n.Children) -> None:
        lists = {name: child for child, (_, name) in self.setting.owners.items()}
        child = lists.get(node.name.text, node.name.text)
        if child not in self.setting.owners:
            known = [*lists, *self.setting.owners]
            _unknown(node.name.text, known, node.name.span, self.report)
            return
        for _ in range(min(1000, int(node.number.text.replace(",", "").partition(".")[0]))):
            row = self.add(child)
            for assign in node.values:
                self._assign_to(child, assign.path.text, assign)
            others = [one for one in self.rows[child] if one is not row]
            self._make_unique(self._record(child), row, others)

    def assign(self, node: n.Assign) -> None:
        """Give a field, an item or a population item its value."""
        parts = [part.text for part in node.path.parts]
        if len(parts) == 1:
            record = self.owner(parts[0])
            if record is None and _is_empty_list_anywhere(self.setting.program, node):
                return
            if record is None:
                known = [name for _, name in self.setting.slots]
                _unknown(parts[0], known, node.path.span, self.report)
                return
            self._assign_to(record, parts[0], node)
            return
        self._assign_to(parts[0], parts[-1], node)

    def owner(self, name: str) -> str | None:
        """Return the record that a bare name belongs to: the one spoken of, else the first."""
        if self.focus and (self.focus, name) in self.setting.slots:
            return self.focus
        owners = [
            r.name for r in self.setting.program.records if (r.name, name) in self.setting.slots
        ]
        present = [r for r in owners if self.rows.get(r)]
        if present or owners:
            return (present or owners)[0]
        return "" if ("", name) in self.setting.slots else None

    def _assign_to(self, record: str, name: str, node: n.Assign) -> None:
        slot = self.setting.slots.get((record, name))
        if slot is None:
            known = [x for r, x in self.setting.slots if r == record]
            _unknown(name, known, node.path.span, self.report)
            return
        value = stored(node.value, slot, self.setting.program, self.report)
        if not record:
            self.populations[name] = value
            return
        if not self.rows.get(record):
            self.add(record)
        self.rows[record][self.current.get(record, 0)][name] = value

    def store(self) -> Store:
        """Return the rows, linked, as the engines take them."""
        return linked(self.setting.program, self.rows)


def _is_empty_list_anywhere(program: c.Program, node: n.Assign) -> bool:
    return any(_is_empty_list(program, record.name, node) for record in program.records)
