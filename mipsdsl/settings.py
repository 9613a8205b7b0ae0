"""What a user sets for one run: parameters, as the language writes them, and population items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from mipsdsl.core.nodes import Item, Program
from mipsdsl.core.types import GRID, QUANTITIES, Type, Unit
from mipsdsl.data.slots import near

if TYPE_CHECKING:
    from mipsdsl.engines.store import Stored
    from mipsdsl.syntax.nodes import Expr


_EXAMPLES = {
    Unit.YESNO: "yes",
    Unit.COUNT: "20",
    Unit.NUMBER: "0.5",
    Unit.PERCENT: "4%",
    Unit.POINTS: "75 points",
    Unit.MONEY: "$30,000",
    Unit.DATE: "2017-03-31",
    Unit.TEXT: '"text"',
    Unit.CHOICE: "one of its values",
    Unit.SET: "{physician, other}",
    Unit.RATIO: "0.5",
}


class SettingError(Exception):
    """A setting cannot be used; the message says why."""


@frozen
class Settings:
    """The texts that were set, parted: for parameters and, read already, for the population."""

    parameters: Mapping[str, str]
    populations: Mapping[str, Stored]


def sort_out(program: Program, settings: Mapping[str, str]) -> Settings:
    """Return ``settings`` (texts by name) parted by what they are for.

    Raises:
        SettingError: a name is neither a parameter nor a population item, or its value is none.

    """
    parameters = {parameter.name: parameter.type for parameter in program.parameters}
    national = {
        item.name: item for item in program.items if not item.record and item.name not in parameters
    }
    for name in settings:
        if name not in parameters and name not in national:
            close = near(name, [*parameters, *national])
            listed = f"`mips show {program.year}` lists them"
            hint = f"; near it: {', '.join(close)}" if close else f"; {listed}"
            raise SettingError(f"there is no parameter or population value `{name}`{hint}")
    of_parameters = {name: text for name, text in settings.items() if name in parameters}
    for name, text in of_parameters.items():
        _check_unit(name, text, parameters[name])
    return Settings(
        of_parameters,
        {
            name: steps_of(national[name], text)
            for name, text in settings.items()
            if name in national
        },
    )


def _check_unit(name: str, text: str, declared: Type) -> None:
    """Refuse a literal of another unit here, and not at each place that reads the parameter."""
    from mipsdsl.syntax import nodes as n

    units: dict[type, frozenset[Unit]] = {
        n.Percent: frozenset({Unit.PERCENT}),
        n.Points: frozenset({Unit.POINTS}),
        n.Money: frozenset({Unit.MONEY}),
        n.YesNo: frozenset({Unit.YESNO}),
        n.SetOf: frozenset({Unit.SET}),
        n.Text: frozenset({Unit.TEXT}),
        n.Date: frozenset({Unit.DATE}),
        n.RelativeDate: frozenset({Unit.DATE}),
        n.Number: frozenset({Unit.COUNT, Unit.NUMBER}),
    }
    value = _expression(name, text)
    value = value.operand if isinstance(value, n.Minus) else value
    if declared.unit not in units.get(type(value), frozenset({declared.unit})):
        raise SettingError(
            f"--set {name}={text}: `{name}` is {_a(declared)}, so write it like "
            f"{_EXAMPLES[declared.unit]}"
        )


def _a(declared: Type) -> str:
    if declared.unit in (Unit.POINTS, Unit.PERCENT):
        return f"in {declared}"
    return f"{declared}" if declared.unit is Unit.MONEY else f"a {declared}"


def expressions(settings: Mapping[str, str]) -> dict[str, Expr]:
    """Return the values of parameters as syntax, for the compiler.

    Raises:
        SettingError: a text is not one value of the language.

    """
    return {name: _expression(name, text) for name, text in settings.items()}


def _expression(name: str, text: str) -> Expr:
    from mipsdsl.diagnostics import Report
    from mipsdsl.source import Source
    from mipsdsl.syntax import nodes as n
    from mipsdsl.syntax.parser import parse

    report = Report()
    items = parse(Source(f"--set {name}", f"parameter {name} = {text}"), report).items
    if len(items) == 1 and isinstance(items[0], n.Parameter) and not report.has_errors:
        value = items[0].value
        if not isinstance(value, n.ToBeGiven):
            return value
    raise SettingError(
        f"--set {name}={text}: this is no value of the language; write it as a policy does: "
        "4%, 75 points, $30,000, yes, {physician, other}"
    )


def steps_of(item: Item, text: str) -> Stored:
    """Return the value of an item in the steps that it is stored in.

    Raises:
        SettingError: the text is no value of it.

    """
    from mipsdsl.data.cells import Reading, parse_cell
    from mipsdsl.data.slots import Slot

    scale, shape = GRID.get(item.type.unit, 0), item.shape
    bounded = shape is not None and item.type.unit in QUANTITIES
    slot = Slot(
        record="",
        name=item.name,
        type=item.type,
        scale=scale,
        low=int(shape.low * 10**scale) if bounded and shape else None,
        high=int(shape.high * 10**scale) if bounded and shape else None,
        many=0,
        choices=(),
        is_item=True,
    )
    hundred = item.type.unit is Unit.PERCENT and "%" in text
    parsed = parse_cell(slot, text, Reading(hundred=hundred))
    if parsed.problem is not None or parsed.value is None:
        said = parsed.problem.reason if parsed.problem is not None else "it is empty"
        raise SettingError(f"--set {item.name}={text}: {said}")
    return parsed.value
