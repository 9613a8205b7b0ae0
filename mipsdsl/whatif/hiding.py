"""Answers to what-ifs as they may leave: groups behind masks, factors that tell of few withheld."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from mipsdsl.core.types import Type, Unit
from mipsdsl.data.privacy import WITHHELD, Privacy, is_small
from mipsdsl.engines.store import Stored
from mipsdsl.hiding import of_nation
from mipsdsl.whatif.compare import Group
from mipsdsl.whatif.report import Curve, Figure, Report


def hidden(report: Report, privacy: Privacy) -> Report:
    """Return a comparison without the factors and names that may not be shown."""
    if not privacy:
        return report
    is_few = is_small(report.how.rows, privacy.least)
    before = _withheld({x.name: x.before for x in report.factors}, privacy, is_few=is_few)
    after = _withheld({x.name: x.after for x in report.factors}, privacy, is_few=is_few)
    factors = tuple(_figure(figure, before, after, privacy) for figure in report.factors)
    groups = [_group(group, report.lens.record, privacy) for group in report.comparison.groups]
    order = {by: place for place, by in enumerate(report.lens.by)}
    groups.sort(key=lambda group: (order[group.by], group.value))
    comparison = evolve(report.comparison, groups=tuple(groups))
    return evolve(report, factors=factors, comparison=comparison)


def hidden_curve(curve: Curve, privacy: Privacy) -> Curve:
    """Return a curve without the factors that may not be shown: a count, where it moves by few."""
    if not privacy:
        return curve
    points, last = [], dict[str, Stored]()
    is_few = is_small(curve.how.rows, privacy.least)
    for point in curve.points:
        instead = _withheld(point.factors, privacy, is_few=is_few)
        for name, (type_, _) in curve.factors.items():
            if name not in instead:
                if _differ_by_few(type_, last.get(name), point.factors[name], privacy):
                    instead[name] = WITHHELD
                else:
                    last[name] = point.factors[name]
        points.append(evolve(point, factors={**point.factors, **instead}))
    return evolve(curve, points=tuple(points))


def _withheld(values: Mapping[str, Stored], privacy: Privacy, *, is_few: bool) -> dict[str, str]:
    """Return what stands for factors that tell of few people; ``is_few``: all of them do."""
    there = {name: value for name, value in values.items() if value is not None}
    return dict.fromkeys(there, WITHHELD) if is_few else of_nation(there, privacy)


def _figure(
    figure: Figure, before: Mapping[str, str], after: Mapping[str, str], privacy: Privacy
) -> Figure:
    if figure.how == "published":
        return figure
    one = before.get(figure.name, figure.before)
    other = after.get(figure.name, figure.after)
    if _differ_by_few(figure.type, one, other, privacy):
        other = WITHHELD
    return evolve(figure, before=one, after=other)


def _differ_by_few(type_: Type, one: Stored, other: Stored, privacy: Privacy) -> bool:
    if type_.unit is not Unit.COUNT or not isinstance(one, int) or not isinstance(other, int):
        return False
    return is_small(abs(one - other), privacy.least)


def _group(group: Group, record: str, privacy: Privacy) -> Group:
    mask = privacy.mask
    hides = mask is not None and mask.hides(record, group.by)
    return evolve(group, value=mask.text(group.value)) if mask is not None and hides else group
