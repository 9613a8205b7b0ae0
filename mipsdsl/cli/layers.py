"""The layers of ``mips diff`` above the text: which are asked for, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import frozen

from mipsdsl.cli import exits, progress, study
from mipsdsl.cli import inputs as i
from mipsdsl.scraps import work_folder

if TYPE_CHECKING:
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.former import Former
    from mipsdsl.diff import Difference
    from mipsdsl.diff.laws import Laws
    from mipsdsl.impact.answers import Layers
    from mipsdsl.source import Source

Command = TypeVar("Command", bound=Callable[..., Any])
Sides = tuple[tuple["Source", ...], tuple["Source", ...]]

TEXT, PROOF, WITNESSES, PEOPLE, WHY = LAYERS = ("text", "proof", "witnesses", "people", "why")
_SAMPLE = 10_000


@frozen(kw_only=True)
class Asked:
    """What a user asks beyond the text: the layers, and the people for the last two.

    ``sample``: so many invented clinicians instead of files; 0: those that come with the program,
    where both laws can be applied to them.
    """

    layers: tuple[str, ...]
    data: i.Data
    sample: int | None
    by: tuple[str, ...]
    outcome: str
    max_rejects: str
    save_tests: str | None
    least: int = 0
    budget: float = 12.0

    @property
    def more(self) -> bool:
        """Return whether a layer above the text is asked for."""
        return bool(set(self.layers) - {TEXT})


_OPTIONS = (
    click.argument("files", metavar="", nargs=-1),
    click.option(
        "--layers",
        "named",
        metavar="NAMES",
        help=f"Only these, with commas between: {', '.join(LAYERS)}.",
    ),
    click.option("--proof", is_flag=True, help="Say for which outputs it makes no difference."),
    click.option(
        "--witnesses", is_flag=True, help="Show the smallest clinicians for whom it does."
    ),
    click.option(
        "--people",
        multiple=True,
        metavar="FILES",
        help="Say who of these people moves, and why: files as `mips run` reads them.",
    ),
    click.option(
        "--sample",
        is_flag=False,
        flag_value="",
        metavar="[N]",
        help=f"The same of so many invented clinicians.  [default: {_SAMPLE:,}]",
    ),
    click.option("--all", "all_", is_flag=True, help="All layers; of a sample, without --people."),
    click.option(
        "--by", default="", metavar="A,B,…", help="Groups: clinician_type, practice.rural."
    ),
    click.option("--outcome", default="", metavar="ITEM", help="What says how a row fares."),
    click.option(
        "--budget",
        default=12.0,
        show_default=True,
        type=click.FloatRange(1),
        help="Seconds of a processor to prove in; more of them leave less unknown.",
    ),
    click.option("--save-tests", metavar="FILE", help="Write the witnesses as tests of both."),
    i.max_rejects,
    click.option(
        "--suppress-below",
        type=click.IntRange(min=2),
        metavar="N",
        help="Show no number of fewer than N people, nor what gives it away; CMS asks for 11.",
    ),
    click.option("--assume", multiple=True, metavar="FIELD=VALUE,…", help="As `mips run` has it."),
    click.option("--measures", metavar="DIR|YEAR", help="As `mips run` has it."),
    click.option("--map", "mapping", metavar="FILE.toml", help="As `mips run` has it."),
    click.option(
        "--percent-in",
        type=click.Choice(["fraction", "hundred"]),
        help="As `mips run` has it.",
    ),
)
_OWN = (
    "named", "proof", "witnesses", "people", "sample", "all_", "by", "outcome", "save_tests",
    "suppress_below", "budget",
)  # fmt: skip
_OF_DATA = ("files", "max_rejects", "assume", "measures", "mapping", "percent_in")


def options(command: Command) -> Command:
    """Give ``command`` the options of layers, as one argument ``asked``."""

    @wraps(command)
    def asking(**given: Any) -> Any:  # noqa: ANN401 - what click gives
        own = {name: given.pop(name) for name in (*_OWN, *_OF_DATA)}
        return command(asked=_asked(own), **given)

    made: Any = asking
    for option in reversed(_OPTIONS):
        made = option(made)
    return made  # type: ignore[no-any-return]  # click decorates anything


def _asked(own: Mapping[str, Any]) -> Asked:
    files = (*own["people"], *own["files"])
    if own["files"] and not own["people"]:
        raise exits.Stop(
            f"{own['files'][0]}: only two are compared; --people says whom it is about"
        )
    sample = own["sample"]
    if sample is not None:
        if files:
            raise exits.Stop("give --people or --sample, not both")
        if sample and (not sample.isdigit() or not int(sample)):
            raise exits.Stop(f"--sample {sample}: say how many clinicians, as --sample 10000")
    layers = _layers(own, anybody=bool(files) or sample is not None)
    if not files and sample is None and {PEOPLE, WHY} & set(layers):
        sample = ""
    return Asked(
        layers=layers,
        data=_data(own, files),
        sample=None if sample is None else int(sample or 0),
        by=tuple(part.strip() for part in own["by"].split(",") if part.strip()),
        outcome=own["outcome"],
        max_rejects=own["max_rejects"],
        save_tests=own["save_tests"],
        least=own["suppress_below"] or 0,
        budget=own["budget"],
    )


def _layers(own: Mapping[str, Any], *, anybody: bool) -> tuple[str, ...]:
    """Return the layers that are asked for, in order."""
    if own["named"] is not None:
        names = [part.strip() for part in own["named"].split(",") if part.strip()]
        for name in names:
            if name not in LAYERS:
                raise exits.Stop(f"--layers does not know {name}; it knows {', '.join(LAYERS)}")
        wanted = set(names)
    else:
        wanted = set(LAYERS) if own["all_"] else {TEXT}
    wanted |= {PROOF} if own["proof"] else set()
    wanted |= {WITNESSES} if own["witnesses"] or own["save_tests"] else set()
    if anybody and not {PEOPLE, WHY} & wanted:
        wanted |= {PEOPLE, WHY}
    return tuple(each for each in LAYERS if each in wanted)


def _data(own: Mapping[str, Any], files: tuple[str, ...]) -> i.Data:
    return i.Data(
        files=files, sample=False, settings=(), assume=own["assume"], measures=own["measures"],
        mapping=own["mapping"], percent_in=own["percent_in"], population="here",
        input_format=None, sheet="", header_row=1, delimiter="", strict_npi=False, any_year=True,
    )  # fmt: skip


# --- what they say -------------------------------------------------------------------------------


def found(asked: Asked, names: tuple[str, str], difference: Difference, sides: Sides) -> Layers:
    """Return what the layers say; what keeps one from being said is in it, or ends the command."""
    from mipsdsl.impact.answers import Layers

    with progress.stages() as stage:
        stage("compiling")
        laws = _laws(difference)
        skipped: dict[str, str] = {}
        parts: dict[str, Any] = {}
        if {PROOF, WITNESSES} & set(asked.layers):
            parts |= _of_the_laws(asked, difference, laws, sides, skipped, stage)
        if {PEOPLE, WHY} & set(asked.layers):
            parts |= _of_people(asked, names, difference, laws, skipped, stage)
        return Layers(**parts, skipped=skipped)


def _laws(difference: Difference, year: int | None = None) -> Laws:
    from mipsdsl.diagnostics import PolicyError
    from mipsdsl.diff.laws import laws_of, year_of

    try:
        return laws_of(difference, year or year_of(difference.new))
    except PolicyError as mistake:
        raise exits.Stop(str(mistake), exits.FINDINGS) from None


def _of_the_laws(
    asked: Asked,
    difference: Difference,
    laws: Laws,
    sides: Sides,
    skipped: dict[str, str],
    stage: Callable[[str], None],
) -> dict[str, Any]:
    from mipsdsl.data.tables import DataError
    from mipsdsl.impact.prove import Limits, proofs
    from mipsdsl.impact.save import save_tests
    from mipsdsl.impact.trial import trial
    from mipsdsl.impact.witness import witnesses

    tried, parts = trial(difference, laws, sides), dict[str, Any]()
    if PROOF in asked.layers:
        stage("proving")
        try:
            parts["proofs"] = proofs(tried, Limits(budget=asked.budget))
        except ImportError:
            skipped[PROOF] = "Z3 is not installed: `pip install mipsdsl[verify]`"
    if WITNESSES in asked.layers:
        stage("looking for witnesses")
        parts["witnesses"] = witnesses(tried)
    if asked.save_tests:
        try:
            for path in save_tests(parts["witnesses"], tried, Path(asked.save_tests)):
                click.echo(f"{'wrote':<10}{path}", err=True)
        except DataError as mistake:
            raise exits.Stop(str(mistake)) from None
    return parts


# --- people --------------------------------------------------------------------------------------


def _of_people(
    asked: Asked,
    names: tuple[str, str],
    difference: Difference,
    laws: Laws,
    skipped: dict[str, str],
    stage: Callable[[str], None],
) -> dict[str, Any]:
    from attrs import evolve

    from mipsdsl.data.privacy import OPEN, Privacy
    from mipsdsl.diff.laws import year_of
    from mipsdsl.impact.attribute import why
    from mipsdsl.impact.candidates import Names
    from mipsdsl.impact.hiding import population_shown, why_shown
    from mipsdsl.impact.people import crowd, population
    from mipsdsl.whatif.lens import LensError

    former = Names.of(difference).former(names[0])
    asked = _with_packaged(asked, laws, former)
    year = None if asked.sample is not None else year_of(difference.old)
    if year is not None and year != laws.new.year:
        laws = _laws(difference, year)
    one = laws.merged.program if laws.merged is not None else laws.new
    parts: dict[str, Any] = {}
    privacy = Privacy.of(one, None, asked.least) if asked.least else OPEN
    stage("reading")
    with (
        _given(asked, one) as (data, whose),
        study.many_people(data, one, asked.max_rejects, privacy, former) as source,
    ):
        try:
            stage("scoring")
            found = crowd(laws, source, whose, asked.by, asked.outcome)
            days = f"days are those of performance year {one.year} under both"
            if PEOPLE in asked.layers:
                seen = population(found, names)
                taken = _taken_as_one(difference, names)
                seen = evolve(seen, notes=(days, *taken, *seen.notes))
                _enough(seen.size, asked.least)
                parts["population"] = population_shown(seen, privacy)
            if WHY in asked.layers:
                stage("scoring under the laws between")
                parts["why"] = why_shown(why(found, difference), asked.least)
        except LensError as mistake:
            raise exits.Stop(str(mistake)) from None
    return parts


def _enough(people: int, least: int) -> None:
    """Refuse to say anything of people who are too few together."""
    if people < least:
        raise exits.Stop(f"--suppress-below {least}: there are fewer people than that in the data")


def _taken_as_one(difference: Difference, names: tuple[str, str]) -> list[str]:
    """Return which identifiers in data are one, if any, in words."""
    listed = ", ".join(f"{old} is {new}" for old, new in difference.identifiers.items())
    return [f"identifiers of {names[0]} that {names[1]} replaced: {listed}"] if listed else []


def _with_packaged(asked: Asked, laws: Laws, former: Former) -> Asked:
    """Return what is asked, of the sample that comes with the program if that is meant and fits."""
    from attrs import evolve

    from mipsdsl import resources
    from mipsdsl.impact.invented import is_enough

    folder = resources.sample()
    one = laws.merged.program if laws.merged is not None else laws.new
    if asked.sample == 0 and folder.is_dir() and is_enough(one, folder, former):
        return evolve(asked, sample=None, data=evolve(asked.data, sample=True))
    return evolve(asked, sample=_SAMPLE) if asked.sample == 0 else asked


@contextmanager
def _given(asked: Asked, program: Program) -> Iterator[tuple[i.Data, str]]:
    """Give where the people are, and who they are: the user's files, or invented ones."""
    from attrs import evolve

    from mipsdsl.data.tables import DataError
    from mipsdsl.impact.invented import invent

    if asked.sample is None:
        packaged = "the sample that comes with the program"
        yield asked.data, packaged if asked.data.sample else ", ".join(asked.data.files)
        return
    with work_folder() as folder:
        try:
            whose = invent(program, asked.sample, Path(folder))
        except (DataError, ValueError) as mistake:
            raise exits.Stop(f"no sample can be made: {mistake}") from None
        yield evolve(asked.data, files=(folder,)), whose
