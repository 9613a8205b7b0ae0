"""``mips explain``: the sentences behind the outcomes of one clinician."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from mipsdsl.cli import about, exits, forms, policies
from mipsdsl.cli import inputs as i
from mipsdsl.cli import privacy as p

if TYPE_CHECKING:
    from mipsdsl.about import About
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.tables import Inputs
    from mipsdsl.explain.ask import Answer

_NPI, _TIN = "npi", "tin"


@frozen(kw_only=True)
class Asked:
    """Of whom and what an explanation is asked."""

    policy: str
    npi: str | None
    tin: str | None
    key: str | None
    outputs: tuple[str, ...]
    depth: int
    form: str


@click.command(name="explain")
@click.argument("policy", metavar="YEAR|PATH")
@i.data_options
@click.option("--npi", help="The clinician.")
@click.option("--tin", help="Under this TIN only.")
@click.option("--key", metavar="RECORD:K1,K2", help="Any row by its key: submission:S1.")
@click.option("--output", "outputs", multiple=True, metavar="NAME", help="What to explain.")
@click.option("--depth", default=4, show_default=True, help="How far to follow the reasons.")
@forms.shown_as("text", "json")
@p.options
@policies.dated
def command(**options: Any) -> None:  # noqa: ANN401 - what click gives
    """Say why: the outcomes of one clinician, and every reason behind them, with citations.

    Of documents that name one clinician, or hold one submission, nobody need be named.
    """
    options |= i.year_of_document(options["policy"], options["files"])
    data = i.taken(options)
    said_of_privacy = p.taken(options)
    asked = Asked(**options)
    from mipsdsl.explain.ask import explain
    from mipsdsl.scoring import OutputError, computed_here, world_of

    program, settings = policies.with_settings(asked.policy, i.pairs(data.settings, "--set"))
    privacy = p.of(program, said_of_privacy)
    inputs = i.read_inputs(program, data, privacy)
    world = world_of(program, inputs)
    outputs = tuple(name for text in asked.outputs for name in text.split(",") if name.strip())
    record, wish = _whom(program, inputs, outputs, asked)
    said = computed_here(program, data.population == "here", settings.populations)
    try:
        answers = explain(world, record, wish, outputs, said, privacy)
    except OutputError as mistake:
        raise exits.Stop(privacy.line(str(mistake))) from None
    evaluated = {record: len(answers)}
    found = about.of_run(asked.policy, program, inputs, evaluated, "interpreter", privacy)
    if asked.form == "json":
        click.echo(_envelope(program.year, answers, found))
        return
    _show(answers, asked, len(inputs.rejects), privacy.least)
    for note in inputs.notes if inputs.subjects else ():
        click.echo(f"note: {note}", err=True)
    click.echo(f"about: {found.line()}", err=True)


def _show(answers: list[Answer], asked: Asked, rejected: int, least: int) -> None:
    from mipsdsl.cli.summary import rows
    from mipsdsl.explain.render import heading, lines_of, render

    colour, lines = policies.coloured(), lines_of(policies.sources(asked.policy))
    for number, answer in enumerate(answers):
        if number:
            click.echo()
        click.echo(heading(answer, asked.policy))
        click.echo(render(answer.sentences, lines=lines, depth=asked.depth, colour=colour))
    if rejected:
        click.echo(
            f"{rows(rejected, least)} of the data were left out: see them with mips run", err=True
        )


def _envelope(year: int, answers: list[Answer], found: About) -> str:
    from mipsdsl.explain.render import to_json
    from mipsdsl.scoring import reason, target_name

    content = {
        "year": year,
        "answers": [
            {
                "record": answer.record,
                "key": list(answer.key),
                "outcomes": to_json(answer.sentences),
                "left_out": [
                    {
                        "output": target_name(each.target),
                        "missing": [reason(lack) for lack in each.missing],
                    }
                    for each in answer.refused
                ],
            }
            for answer in answers
        ],
        "about": found.as_json(),
    }
    return policies.envelope("explain", content)


# --- whom ----------------------------------------------------------------------------------------


def _whom(
    program: Program, inputs: Inputs, outputs: Sequence[str], asked: Asked
) -> tuple[str, dict[str, str]]:
    """Return the record whose row is meant, and what is known of the row."""
    if asked.key is not None:
        return _by_key(program, asked.key)
    if asked.npi is not None:
        return _by_npi(program, asked)
    return _only(program, inputs, outputs), {}


def _only(program: Program, inputs: Inputs, outputs: Sequence[str]) -> str:
    """Return the record that the documents have one row of, and that has the outputs.

    An adjustment rests on all the scores, so it comes first.
    """
    items = {(item.record, item.name) for item in program.items}
    for record in reversed(inputs.subjects):
        known = all((record, name.strip().removeprefix(f"{record}.")) in items for name in outputs)
        if known and len(inputs.tables[record].rows) == 1:
            return record
    raise exits.Stop("who? name a clinician with --npi, or a row with --key record:key")


def _by_npi(program: Program, asked: Asked) -> tuple[str, dict[str, str]]:
    """Return the first record that is known by an NPI, and what its key shall be."""
    wish = {_NPI: asked.npi or ""} | ({_TIN: asked.tin} if asked.tin else {})
    for record in program.records:
        if not record.is_reference and set(wish) <= set(record.key):
            return record.name, wish
    raise exits.Stop("no record of this policy is known by an NPI; use --key record:key")


def _by_key(program: Program, text: str) -> tuple[str, dict[str, str]]:
    name, _, values = text.partition(":")
    found = {record.name: record for record in program.records}.get(name)
    if found is None or found.grouping is not None:
        names = ", ".join(r.name for r in program.records if r.grouping is None)
        raise exits.Stop(f"--key {text}: there is no record `{name}`; records: {names}")
    parts = [part.strip() for part in values.split(",")]
    if len(parts) != len(found.key):
        raise exits.Stop(f"--key {text}: the key of {name} is {', '.join(found.key)}")
    return name, dict(zip(found.key, parts, strict=True))
