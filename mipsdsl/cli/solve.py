"""``mips solve``: the values of a parameter that meet a goal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from mipsdsl.cli import about, exits, forms, policies, progress, study
from mipsdsl.cli import inputs as i
from mipsdsl.cli import privacy as p
from mipsdsl.data.privacy import WITHHELD, is_small, number_text

if TYPE_CHECKING:
    from mipsdsl.core.types import Type
    from mipsdsl.whatif.question import Goal, Range
    from mipsdsl.whatif.report import How
    from mipsdsl.whatif.solve import Answer


@frozen(kw_only=True)
class Found:
    """A goal, where it is met, and the measure at each value that was tried."""

    year: int
    name: str
    type: Type
    goal: Goal
    tried: Range
    now: Fraction | None
    answer: Answer
    measured: dict[Fraction, int]
    scale: int
    how: How
    instead: dict[Fraction, str]
    """What stands for what was measured and may not be shown."""
    least: int


@click.command(name="solve")
@click.argument("policy", metavar="YEAR|PATH")
@study.options
@click.option("--find", "name", required=True, metavar="PARAMETER", help="What may be changed.")
@click.option(
    "--so-that", "goal", required=True, metavar="GOAL", help='"share penalised <= 5%", and others.'
)
@click.option(
    "--between",
    default="",
    metavar="A..B[ by S]",
    help="The values to look through.  [default: what it is compared with, in whole steps]",
)
@forms.shown_as("text", "json")
@p.options
@policies.dated
def command(**options: Any) -> None:  # noqa: ANN401 - what click gives
    """Find the values of a parameter for which a goal is met by the population in FILES.

    A goal compares what is measured with a value: "share penalised <= 5%", "count raised >= 1000",
    "scaling_factor <= 0.5", "share of clinicians where payment_adjustment < -1% among mips_eligible
    <= 2%", or any aggregate of the policy language: "sum of (adjusted_payment - paid_amount) over
    clinicians <= $0". Short names of outcomes: penalised, raised, neutral.

    With --suppress-below, what is measured is shown where it counts enough people, and differs from
    the next by enough; a share or sum, from which such a number could follow, is not shown.

    Each value of the range is tried when they are few; of more, a bisection finds where it turns.
    """
    data = i.taken(options)
    of_policy = ("policy", "both", "outcome", "among", "max_rejects")
    asked = study.Asked(privacy=p.taken(options), **{name: options[name] for name in of_policy})
    with progress.stages() as stage, study.population(asked, data, stage) as people:
        found = _found(people, options, stage)
    from mipsdsl.cli import summary
    from mipsdsl.cli.whatif_tables import said_of

    summary.say(said_of(found.how, found.least))
    block = people.about(found.how.rows)
    about.say(block)
    if options["form"] == "json":
        click.echo(policies.envelope("solve", {**_content(found), "about": block.as_json()}))
    else:
        for line in _told(found):
            click.echo(line)
    if not found.answer.met:
        click.get_current_context().exit(exits.FINDINGS)


def _found(
    people: study.Population, options: dict[str, Any], stage: Callable[[str], None]
) -> Found:
    from mipsdsl.source import Source
    from mipsdsl.whatif.changes import amount, parameters_of
    from mipsdsl.whatif.lens import scale_of
    from mipsdsl.whatif.question import MEASURE
    from mipsdsl.whatif.report import how_of
    from mipsdsl.whatif.solve import solve

    name, type_ = options["name"], people.parameter(options["name"])
    goal = _goal(people, options["goal"])
    tried = _range(people, name, type_, options["between"])
    settings = study.spelt(people.program, i.pairs(people.data.settings, "--set"))
    parameters, populations = study.sorted_out(people.program, settings)
    people = study.with_more(people, Source("the goal", goal.item), (MEASURE,))
    stage("scoring")
    sweep = study.Sweep(people, name, tried.values, parameters, populations)
    made = sweep.study((MEASURE,))
    from mipsdsl.engines.schema import schema_of

    scale = scale_of(schema_of(people.program), "", MEASURE)
    measured: dict[Fraction, int] = {}

    def meets(value: Fraction) -> bool:
        picture = made.picture(sweep.case(value))
        reached = picture.populations[MEASURE]
        if not isinstance(reached, int):
            raise TypeError(f"nothing was measured for {value}")
        measured[value] = reached
        return goal.holds(measured[value], scale)

    first = made.picture(sweep.case(tried.values[0]))
    how, least = how_of(made, first), people.privacy.least
    _refuse_few(goal, how, least)
    answer = solve(tried.values, meets)
    now = parameters_of(people.program).get(name)
    return Found(
        year=people.program.year, name=name, type=type_, goal=goal, tried=tried,
        now=None if now is None else amount(now), answer=answer, measured=measured, scale=scale,
        how=how, instead=_withheld(goal, measured, least), least=least,
    )  # fmt: skip


def _refuse_few(goal: Goal, how: How, least: int) -> None:
    """Refuse a goal whose answer would tell a small number of people."""
    from mipsdsl.core.types import Unit

    if is_small(how.rows, least):
        raise exits.Stop(f"there are fewer than {least} {how.record}: nothing of them may be shown")
    is_share = goal.type.unit in (Unit.PERCENT, Unit.NUMBER)
    people = goal.target * how.rows if is_share else goal.target
    if (is_share or goal.type.unit is Unit.COUNT) and 0 < people < least:
        raise exits.Stop(
            f"--so-that: to meet `{goal.said}` or not tells of fewer than {least} people"
        )


def _withheld(goal: Goal, measured: Mapping[Fraction, int], least: int) -> dict[Fraction, str]:
    """Return what stands for what was measured and may not be shown.

    A count is shown unless it, or how much it differs from the last one shown, is small. What a
    share or a sum is made of is not known here.
    """
    from mipsdsl.core.types import Unit

    if not least:
        return {}
    if goal.type.unit is not Unit.COUNT:
        return dict.fromkeys(measured, WITHHELD)
    instead, last = {}, None
    for value, number in sorted(measured.items()):
        if is_small(number, least):
            instead[value] = number_text(number, least)
        elif last is not None and is_small(abs(number - last), least):
            instead[value] = WITHHELD
        else:
            last = number
    return instead


def _goal(people: study.Population, text: str) -> Goal:
    from mipsdsl.engines.schema import schema_of
    from mipsdsl.whatif.lens import is_quantity, type_of
    from mipsdsl.whatif.question import QuestionError, goal_of, literal

    lens = people.lens
    outcome = type_of(schema_of(people.program), lens.record, lens.outcome)
    zero = literal(Fraction(0), outcome) if is_quantity(outcome) else ""
    try:
        return goal_of(text, f"{lens.record}s", lens.outcome, lens.among, zero)
    except QuestionError as mistake:
        raise exits.Stop(f"--so-that: {mistake}") from None


def _range(people: study.Population, name: str, type_: Type, text: str) -> Range:
    """Return the values to look through: the range said, or all whole steps that make sense."""
    from mipsdsl.whatif.bounds import bounds_of
    from mipsdsl.whatif.question import QuestionError, literal, range_of, whole_step

    step = whole_step(type_)
    if not text:
        bounds = bounds_of(people.program, name)
        if bounds is None:
            raise exits.Stop(f"between which values of `{name}`? say --between A..B")
        low, high = ((bounds[0] // step + 1) * step, (-(-bounds[1] // step) - 1) * step)
        text = f"{literal(low, type_)}..{literal(high, type_)}"
    try:
        return range_of(name, text, type_)
    except QuestionError as mistake:
        raise exits.Stop(f"--between: {mistake}") from None


# --- what was found ------------------------------------------------------------------------------


def _told(found: Found) -> Iterator[str]:
    from mipsdsl.whatif.question import literal

    first, last = (literal(found.tried.values[k], found.type) for k in (0, -1))
    yield f"goal: {found.goal.said}"
    if not found.answer.met:
        closest = sorted(found.measured, key=lambda value: _distance(found, value))[:3]
        yield f"no {found.name} from {first} to {last} meets it; the closest:"
        yield from (_at(found, value) for value in sorted(closest))
        return
    stretches = [
        literal(x.first, found.type)
        if x.first == x.last
        else f"{literal(x.first, found.type)} to {literal(x.last, found.type)}"
        for x in found.answer.met
    ]
    yield f"{found.name}: {', '.join(stretches)}"
    shown = {value for x in found.answer.met for value in _edges(found, x.first, x.last)}
    if found.now in found.measured:
        shown.add(found.now)
    yield from (_at(found, value) for value in sorted(shown))
    yield _course(found)


def _edges(found: Found, first: Fraction, last: Fraction) -> Iterator[Fraction]:
    """Yield the ends of a stretch and what lies beyond each."""
    values = found.tried.values
    for place in (values.index(first) - 1, values.index(first), values.index(last)):
        if place >= 0:
            yield values[place]
    if last != values[-1]:
        yield values[values.index(last) + 1]


def _at(found: Found, value: Fraction) -> str:
    from mipsdsl.whatif.question import literal

    if value not in found.measured:
        return f"  {literal(value, found.type)}"
    met = "meets it" if found.answer.tried[value] else "does not"
    now = ", as it is now" if value == found.now else ""
    return f"  {literal(value, found.type):<12} {_measure(found, value)}  {met}{now}"


def _measure(found: Found, value: Fraction) -> str:
    from mipsdsl.data.write import Column
    from mipsdsl.shown import shown_text

    if value in found.instead:
        return found.instead[value]
    return shown_text(Column("", found.goal.type, found.scale), found.measured[value])


def _distance(found: Found, value: Fraction) -> Fraction:
    return abs(Fraction(found.measured[value], 10**found.scale) - found.goal.target)


def _course(found: Found) -> str:
    from mipsdsl.whatif.solve import Course

    number = f"{len(found.answer.tried):,} of {len(found.tried.values):,} values"
    match found.answer.course:
        case Course.TURNS_ONCE:
            return f"tried: all {len(found.tried.values):,} values; whether it is met turns at most once"
        case Course.TURNS_OFTEN:
            return f"tried: {number}; whether it is met turns more than once, so look at each range"
        case _:
            return f"tried: {number}; that it turns at most once is seen at those, not proved"


def _content(found: Found) -> dict[str, object]:
    from mipsdsl.cli.whatif_tables import answered
    from mipsdsl.whatif.question import literal

    def said(value: Fraction) -> str:
        return literal(value, found.type)

    return {
        "year": found.year,
        "parameter": found.name,
        "goal": found.goal.said,
        "met": [{"from": said(x.first), "to": said(x.last)} for x in found.answer.met],
        "course": found.answer.course.value,
        "tried": [
            {
                "value": said(value),
                "measured": _measure(found, value),
                "met": found.answer.tried[value],
            }
            for value in sorted(found.measured)
        ],
        "answered": answered(found.how, found.least),
    }
