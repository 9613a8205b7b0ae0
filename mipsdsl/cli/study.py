"""What ``whatif`` and ``solve`` share: a population read once, and cases of the rules for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import define, evolve, field, frozen

from mipsdsl.cli import about, exits, policies
from mipsdsl.cli import inputs as i
from mipsdsl.cli import privacy as p

if TYPE_CHECKING:
    from mipsdsl.about import About
    from mipsdsl.core.nodes import Program
    from mipsdsl.core.types import Type
    from mipsdsl.data.former import Former
    from mipsdsl.data.privacy import Privacy
    from mipsdsl.data.tables import Inputs
    from mipsdsl.engines.plan import Populations
    from mipsdsl.source import Source
    from mipsdsl.whatif.large import ManyPeople
    from mipsdsl.whatif.lens import Lens
    from mipsdsl.whatif.study import Case, People, Study

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--both",
        metavar="NAME=VALUE",
        multiple=True,
        help="Set this before and after alike.",
    ),
    click.option("--outcome", default="", metavar="ITEM", help="What says how a row fares."),
    click.option("--among", default="", metavar="ITEM", help="Count only rows where this holds."),
    i.max_rejects,
)


def options(command: Command) -> Command:
    """Give ``command`` the options for a population, factors computed from it by default."""
    for option in reversed(_OPTIONS):
        command = option(command)
    command = i.data_options(command)
    for parameter in getattr(command, "__click_params__", ()):
        if parameter.name == "population":
            parameter.default = "here"
    return command


@frozen(kw_only=True)
class Asked:
    """What a user said of the policy and of what is looked at."""

    policy: str
    both: tuple[str, ...]
    outcome: str
    among: str
    max_rejects: str
    by: tuple[str, ...] = ()
    privacy: p.Asked


@frozen(kw_only=True)
class Population:
    """A population and its policy, ready to be asked. ``extra``: more of the policy, for a goal."""

    asked: Asked
    data: i.Data
    program: Program
    source: People
    said: Populations
    lens: Lens
    common: Mapping[str, str]
    privacy: Privacy
    extra: tuple[Source, ...] = ()

    def about(self, rows: int) -> About:
        """Return how an answer about so many rows came about."""
        source = self.source
        return about.of_run(
            self.asked.policy, self.program, source.inputs, {self.lens.record: rows},
            source.engine, self.privacy,
        )  # fmt: skip

    def parameter(self, name: str) -> Type:
        """Return the type of a parameter that is to change."""
        from mipsdsl.data.slots import near

        known = {each.name: each.type for each in self.program.parameters}
        if name in known:
            return known[name]
        close = near(name, known)
        listed = f"`mips show {self.asked.policy}` lists them"
        hint = f"near it: {', '.join(close)}" if close else listed
        raise exits.Stop(f"there is no parameter `{name}`\nhelp: {hint}")

    def with_parameters(self, settings: Mapping[str, str]) -> Program:
        """Return the program with these parameters, and what is looked at in it."""
        found = compiled(self.asked.policy, self.extra, {**self.common, **settings})
        return looking(found, self.lens, self.asked)[0]


def compiled(policy: str, extra: Sequence[Source], settings: Mapping[str, str]) -> Program:
    """Return a policy with more behind it; findings are shown and end the command."""
    from mipsdsl import cache
    from mipsdsl.settings import SettingError

    try:
        found = cache.compiled((*policies.sources(policy), *extra), settings)
    except SettingError as mistake:
        raise exits.Stop(str(mistake)) from None
    if found.program is None:
        policies.show(found.diagnostics)
        told = ", ".join(f"{name} = {value}" for name, value in settings.items())
        raise exits.Stop(
            f"{policy} does not compile" + (f" with {told}" if told else ""), exits.FINDINGS
        )
    return found.program


def looking(program: Program, lens: Lens, asked: Asked) -> tuple[Program, Lens]:
    """Return the program and the lens with the groups that are asked for."""
    from mipsdsl.whatif.lens import LensError, looking_by

    try:
        return looking_by(program, lens, asked.by, asked.among)
    except LensError as mistake:
        raise exits.Stop(str(mistake)) from None


@contextmanager
def population(asked: Asked, data: i.Data, stage: Callable[[str], None]) -> Iterator[Population]:
    """Give the data that a user named, read, with what is looked at in them settled."""
    from mipsdsl.cli.engine import engine_of
    from mipsdsl.whatif.study import FewPeople

    stage("compiling")
    program = compiled(asked.policy, (), {})
    common = spelt(program, i.pairs(asked.both, "--both"))
    parameters, populations = sorted_out(program, common)
    if parameters:
        program = compiled(asked.policy, (), parameters)
    stage("reading")
    privacy = p.of(program, asked.privacy)
    found = partial(_settled, asked, data, program, parameters, populations, privacy)
    if engine_of(data, "auto") == "native":
        with many_people(data, program, asked.max_rejects, privacy) as source:
            yield found(source, source.large.tables)
        return
    inputs = i.read_inputs(program, data, privacy)
    say_reading(inputs, asked.max_rejects, privacy)
    yield found(FewPeople(inputs), inputs.tables)


@contextmanager
def many_people(
    data: i.Data,
    program: Program,
    max_rejects: str,
    privacy: Privacy,
    former: Former | None = None,
) -> Iterator[ManyPeople]:
    """Give data of any size, which may have names of ``former``; refusals end the command."""
    from mipsdsl.data.bulk.workspace import workspace
    from mipsdsl.data.tables import DataError
    from mipsdsl.engines.native import Unsupported
    from mipsdsl.large.world import inputs_of, read_world
    from mipsdsl.whatif.large import ManyPeople

    try:
        with i.paths_of(data) as paths, workspace() as space:
            options = i.options_of(data)
            options = options if former is None else evolve(options, former=former)
            large = read_world(space.connection, program, paths, options)
            say_reading(privacy.inputs(inputs_of(large)), max_rejects, privacy)
            yield ManyPeople(large)
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None
    except Unsupported as mistake:
        raise exits.Stop(
            f"the native engine cannot compute this: {mistake}", exits.ENVIRONMENT
        ) from None


def _settled(
    asked: Asked,
    data: i.Data,
    program: Program,
    parameters: Mapping[str, str],
    populations: Mapping[str, Any],
    privacy: Privacy,
    source: People,
    records: Collection[str],
) -> Population:
    from mipsdsl.scoring import computed_here
    from mipsdsl.whatif.lens import LensError, lens_of

    try:
        lens = lens_of(program, records, asked.outcome)
    except LensError as mistake:
        raise exits.Stop(str(mistake)) from None
    program, lens = looking(program, lens, asked)
    said = computed_here(program, data.population == "here", populations)
    return Population(
        asked=asked, data=data, program=program, source=source, said=said, lens=lens,
        common=parameters, privacy=privacy.over(program),
    )  # fmt: skip


def say_reading(inputs: Inputs, max_rejects: str, privacy: Privacy) -> None:
    """Say what was read and left out; stop when too much was left out."""
    from mipsdsl.cli import run_rejects, summary

    total = sum(inputs.counts.values())
    summary.say(summary.of_reading(inputs, privacy))
    summary.say(summary.of_rejects(inputs.rejects, total, None, privacy.least))
    if len(inputs.rejects) > run_rejects.allowed(max_rejects, total):
        raise exits.Stop(
            f"{privacy.number(len(inputs.rejects))} rejected, and {max_rejects} may be\n"
            "help: `mips run` writes them with the reasons; correct them, or say --max-rejects",
            exits.REJECTED,
        )


def spelt(program: Program, settings: Mapping[str, str]) -> dict[str, str]:
    """Return settings as the language writes them: a bare number in the unit of its parameter."""
    from mipsdsl.whatif.question import spelt as one

    types = {each.name: each.type for each in program.parameters}
    return {
        name: one(text, types[name]) if name in types else text for name, text in settings.items()
    }


def sorted_out(
    program: Program, settings: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return settings parted: for parameters, and for the population in steps."""
    from mipsdsl.settings import SettingError, sort_out

    try:
        found = sort_out(program, settings)
    except SettingError as mistake:
        raise exits.Stop(str(mistake)) from None
    return dict(found.parameters), dict(found.populations)


def with_more(people: Population, source: Source, national: tuple[str, ...]) -> Population:
    """Return the population under its policy with ``source``, which computes ``national``, behind."""
    from mipsdsl.engines.plan import Population as Said

    program = compiled(people.asked.policy, (source,), people.common)
    program, lens = looking(program, people.lens, people.asked)
    said = {**people.said, **dict.fromkeys(national, Said.COMPUTE)}
    return evolve(people, program=program, lens=lens, extra=(source,), said=said)


# --- cases ---------------------------------------------------------------------------------------


@define
class Sweep:
    """A parameter with each of ``values``, all else as it is (or as ``settings`` say)."""

    people: Population
    name: str
    values: tuple[Fraction, ...]
    settings: Mapping[str, str] = field(factory=dict)
    populations: Mapping[str, Any] = field(factory=dict)
    _fixed: dict[str, Any] = field(factory=dict, init=False)

    def study(self, national: tuple[str, ...]) -> Study:
        """Return the population for these cases; both ends are compiled, so that they are legal."""
        from mipsdsl.scoring import OutputError
        from mipsdsl.whatif.changes import amount, differing, moving, parameters_of, stored
        from mipsdsl.whatif.study import study

        people = self.people
        type_ = people.parameter(self.name)
        ends = [self.values[0], self.values[min(1, len(self.values) - 1)], self.values[-1]]
        programs = [self._program(value) for value in dict.fromkeys(ends)]
        alike = all(differing(people.program, each) is not None for each in programs)
        values = [*self.values, amount(parameters_of(people.program)[self.name])]
        moves = [moving(self.name, type_, values)]
        first = parameters_of(programs[0])
        for name in self.settings:
            self._fixed[name] = stored(first[name])
            both = [amount(each) for each in (first[name], parameters_of(people.program)[name])]
            moves.append(moving(name, people.parameter(name), both))
        try:
            return study(
                people.program, people.source, people.lens, people.said, national,
                moves if alike else None, self.populations,
                "" if alike else "the rules are not of one form for all values",
            )  # fmt: skip
        except OutputError as mistake:
            raise exits.Stop(str(mistake)) from None

    def case(self, value: Fraction) -> Case:
        """Return the case of one value."""
        from mipsdsl.whatif.changes import steps
        from mipsdsl.whatif.study import Case

        type_ = self.people.parameter(self.name)
        return Case(
            {**self._fixed, self.name: steps(value, type_)}, self.populations,
            lambda: self._program(value),
        )  # fmt: skip

    def _program(self, value: Fraction) -> Program:
        from mipsdsl.whatif.question import literal

        text = literal(value, self.people.parameter(self.name))
        return self.people.with_parameters({**self.settings, self.name: text})
