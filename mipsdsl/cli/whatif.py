"""``mips whatif``: what a change of the rules does to a population."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve, frozen

from mipsdsl.cli import about, exits, policies, progress, study
from mipsdsl.cli import inputs as i
from mipsdsl.cli import privacy as p

if TYPE_CHECKING:
    from mipsdsl.about import About
    from mipsdsl.core.nodes import Program
    from mipsdsl.whatif.report import Curve, Report
    from mipsdsl.whatif.study import Case, Study


@frozen(kw_only=True)
class Change:
    """What a user wants to change, and how the answer is to look."""

    other: str
    vary: str
    output: str | None
    form: str | None


@click.command(name="whatif")
@click.argument("policy", metavar="YEAR|PATH")
@study.options
@click.option("--with", "other", default="", metavar="FILE", help="A policy that amends this one.")
@click.option("--vary", default="", metavar="NAME=A..B[ by S]", help="Each value of a range.")
@click.option("--by", default="", metavar="A,B,…", help="Groups: practice.rural, clinician_type, …")
@click.option("-o", "--output", metavar="OUT", help="Write the answer here: .csv, .json or .html.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    help="How to show the answer.  [default: table]",
)
@p.options
@policies.dated
def command(**options: Any) -> None:  # noqa: ANN401 - what click gives
    """Say what a change of the rules of a year does to the population in FILES (or --sample).

    The change is a parameter (--set performance_threshold=82), several, a policy that amends the
    year (--with file.mips), or a range of values (--vary performance_threshold=60..90), which gives
    a curve. Before and after are shown side by side: national factors, who moves between reduction
    and raise, how adjustments are spread, and money, also by groups (--by).

    National factors are computed from these data, before and after, so that what is paid out is
    what comes in; --population published holds them as CMS published them.
    """
    data = i.taken(options)
    said = p.taken(options)
    change = Change(**{each.name: options[each.name] for each in Change.__attrs_attrs__})
    by = tuple(part.strip() for part in options["by"].split(",") if part.strip())
    of_policy = ("policy", "both", "outcome", "among", "max_rejects")
    named = {name: options[name] for name in of_policy}
    asked = study.Asked(**named, by=by, privacy=said)
    if not (data.settings or change.other or change.vary):
        raise exits.Stop(
            "nothing was changed: say --set NAME=VALUE, --with FILE or --vary NAME=A..B"
        )
    if change.other and (data.settings or change.vary):
        raise exits.Stop("--with is a change of its own: write the parameters into that file")
    _expect_ending(change)
    with progress.stages() as stage, study.population(asked, data, stage) as people:
        if change.vary:
            _hand_over_curve(people, _curve(people, change, stage), change)
        else:
            _hand_over(people, _report(people, change, stage), change)


def _expect_ending(change: Change) -> None:
    """See that the answer can be written as what it is to be called, before anything is read."""
    endings = [".csv", ".json", ".html"] if change.vary else [".csv", ".json"]
    if change.output and Path(change.output).suffix.casefold() not in endings:
        *others, last = endings
        path = change.output
        raise exits.Stop(f"`{path}`: name a file that ends in {', '.join(others)} or {last}")


# --- before and after ----------------------------------------------------------------------------


def _report(people: study.Population, change: Change, stage: Callable[[str], None]) -> Report:
    from mipsdsl.whatif.report import report

    stage("compiling the change")
    people, after, populations = _changed(people, change)
    before_case, after_case = _cases(people, after, populations)
    stage("scoring")
    made = _study(people, after, populations)
    pictures = made.picture(before_case), made.picture(after_case)
    return report(people.program, after, made, pictures, populations)


def _changed(
    people: study.Population, change: Change
) -> tuple[study.Population, Program, dict[str, Any]]:
    """Return the rules after the change, and the values of the population that it sets.

    A parameter that the year leaves open has the value that is set before as well.
    """
    if change.other:
        after = study.compiled(change.other, (), people.common)
        return people, study.looking(after, people.lens, people.asked)[0], {}
    settings = study.spelt(people.program, i.pairs(people.data.settings, "--set"))
    parameters, populations = study.sorted_out(people.program, settings)
    left_open = {each.name for each in people.program.parameters if each.value is None}
    common = {name: text for name, text in parameters.items() if name in left_open}
    if common:
        people = evolve(people, common={**people.common, **common})
        people = evolve(people, program=people.with_parameters({}))
    return people, people.with_parameters(parameters), populations


def _cases(
    people: study.Population, after: Program, populations: Mapping[str, Any]
) -> tuple[Case, Case]:
    from mipsdsl.whatif.changes import parameters_of, stored
    from mipsdsl.whatif.study import Case

    sides = (people.program, after)
    values = [parameters_of(each) for each in sides]
    names = [name for name in values[0] if name in values[1] and values[0][name] != values[1][name]]
    parameters = [{name: stored(side[name]) for name in names} for side in values]
    return (
        Case(parameters[0], {}, lambda: people.program),
        Case(parameters[1], populations, lambda: after),
    )


def _study(people: study.Population, after: Program, populations: Mapping[str, Any]) -> Study:
    from mipsdsl.scoring import OutputError
    from mipsdsl.whatif.changes import amount, changed_rules, differing, moving, parameters_of
    from mipsdsl.whatif.study import study as made

    names, why, moves = differing(people.program, after), "", None
    if names is None:
        rules = changed_rules(people.program, after)
        shown = ", ".join(f"`{name}`" for name in rules[:3])
        why = f"{shown} {'says' if len(rules) == 1 else 'say'} something else"
        why = why if rules else "the records, or the kind of a parameter, are others"
    else:
        sides = [parameters_of(each) for each in (people.program, after)]
        moves = [
            moving(name, people.parameter(name), [amount(side[name]) for side in sides])
            for name in names
        ]
    try:
        return made(
            people.program, people.source, people.lens, people.said, _national(people), moves,
            populations, why,
        )  # fmt: skip
    except OutputError as mistake:
        raise exits.Stop(str(mistake)) from None


def _national(people: study.Population) -> tuple[str, ...]:
    """Return the items of the population that are computed and say something to a reader."""
    from mipsdsl.engines.plan import Population

    return tuple(
        item.name
        for item in people.program.items
        if not item.record and people.said.get(item.name) is Population.COMPUTE
    )


def _hand_over(people: study.Population, made: Report, change: Change) -> None:
    from mipsdsl.cli import summary
    from mipsdsl.cli import whatif_tables as shown
    from mipsdsl.whatif.hiding import hidden

    least, made = people.privacy.least, hidden(made, people.privacy)
    summary.say(shown.how_answered(made, least))
    found = people.about(made.how.rows)
    texts = {
        "csv": lambda: shown.csv_of(made, least),
        "json": lambda: shown.json_of(made, least, found),
    }
    _tell(change, found, texts, lambda: shown.show(made, least, colour=policies.coloured()))


def _tell(
    change: Change, found: About, texts: Mapping[str, Callable[[], str]], show: Callable[[], None]
) -> None:
    """Write the answer where it was asked to go, in one of the forms of ``texts``, or show it."""
    if change.output:
        path = Path(change.output)
        _write(path, texts[path.suffix.casefold().removeprefix(".")](), found)
        return
    about.say(found)
    if change.form in (None, "table"):
        show()
    else:
        click.echo(texts[str(change.form)](), nl=change.form != "csv")


def _write(path: Path, text: str, found: About) -> None:
    from mipsdsl.data.tables import DataError
    from mipsdsl.data.write import replacing

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")
        about.write_beside(found, path, [path])
    except (DataError, OSError) as mistake:
        raise exits.Stop(f"`{path}` cannot be written: {mistake}") from None
    click.echo(f"{'wrote':<10}{path}", err=True)
    about.say(found)


# --- curves --------------------------------------------------------------------------------------


def _curve(people: study.Population, change: Change, stage: Callable[[str], None]) -> Curve:
    from mipsdsl.whatif.question import QuestionError, range_of
    from mipsdsl.whatif.report import curve

    name, equals, text = change.vary.partition("=")
    if not equals:
        raise exits.Stop(f"--vary {change.vary}: write it as NAME=60..90, or NAME=60..90 by 5")
    settings = study.spelt(people.program, i.pairs(people.data.settings, "--set"))
    parameters, populations = study.sorted_out(people.program, settings)
    try:
        found = range_of(name.strip(), text, people.parameter(name.strip()))
    except QuestionError as mistake:
        raise exits.Stop(f"--vary {change.vary}: {mistake}") from None
    stage("scoring")
    sweep = study.Sweep(people, found.name, found.values, parameters, populations)
    made = sweep.study(_national(people))
    points = [(value, made.picture(sweep.case(value))) for value in found.values]
    return curve(people.program, made, found.name, points)


def _hand_over_curve(people: study.Population, made: Curve, change: Change) -> None:
    from mipsdsl.cli import summary
    from mipsdsl.cli import whatif_curve as shown
    from mipsdsl.whatif.hiding import hidden_curve

    least, made = people.privacy.least, hidden_curve(made, people.privacy)
    summary.say(shown.how_answered(made, least))
    found = people.about(made.how.rows)
    texts = {
        "csv": lambda: shown.csv_of(made, least),
        "json": lambda: shown.json_of(made, least, found),
        "html": lambda: shown.html_of(made, least, found),
    }
    _tell(change, found, texts, lambda: shown.show(made, least))
