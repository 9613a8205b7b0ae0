"""The options of commands that read data, and the reading."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import frozen

from mipsdsl import resources
from mipsdsl.cli import exits
from mipsdsl.scraps import work_folder

if TYPE_CHECKING:
    from mipsdsl.core.nodes import Program
    from mipsdsl.data.options import PercentIn, ReadOptions
    from mipsdsl.data.privacy import Privacy
    from mipsdsl.data.tables import Inputs

Command = TypeVar("Command", bound=Callable[..., Any])
FORMATS = ("csv", "tsv", "jsonl", "json", "parquet", "xlsx", "xls", "ods")


@frozen(kw_only=True)
class Data:
    """What a user said of the data: the options below, as they came."""

    files: tuple[str, ...]
    sample: bool
    settings: tuple[str, ...]
    assume: tuple[str, ...]
    measures: str | None
    mapping: str | None
    percent_in: PercentIn | None
    population: str
    input_format: str | None
    sheet: str
    header_row: int
    delimiter: str
    strict_npi: bool
    any_year: bool


_OPTIONS = (
    click.argument("files", metavar="[FILES]...", nargs=-1),
    click.option("--sample", is_flag=True, help="Use the sample that comes with the program."),
    click.option(
        "--set",
        "settings",
        metavar="NAME=VALUE",
        multiple=True,
        help="Set a parameter or a population value for this run.",
    ),
    click.option(
        "--assume",
        metavar="FIELD=VALUE,…",
        multiple=True,
        help="Take this value in every row that lacks it.",
    ),
    click.option(
        "--measures",
        metavar="DIR|YEAR",
        help="CMS's measures and benchmarks: a folder as published, or a year that was fetched.",
    ),
    click.option("--map", "mapping", metavar="FILE.toml", help="Which column of yours is which."),
    click.option(
        "--percent-in",
        type=click.Choice(["fraction", "hundred"]),
        help="How bare percents are written: 0.85 or 85.",
    ),
    click.option(
        "--population",
        type=click.Choice(["published", "here"]),
        default="published",
        show_default=True,
        help="National factors: as published, or computed from these data.",
    ),
    click.option("--input-format", type=click.Choice(FORMATS), help="Read files as this."),
    click.option("--sheet", default="", metavar="NAME|N", help="The sheet of a workbook to read."),
    click.option(
        "--header-row",
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        metavar="N",
        help="The row that names the columns.",
    ),
    click.option(
        "--delimiter",
        default="",
        metavar="CHAR",
        help="What parts the cells of a line: a character, or tab, comma, semicolon, pipe.  "
        "[default: of , ; tab | what the header has most of]",
    ),
    click.option(
        "--strict-npi", is_flag=True, help="Reject rows whose NPI has a wrong check digit."
    ),
    click.option(
        "--any-year",
        is_flag=True,
        help="Take documents of CMS's QPP submissions API that were sent for another year.",
    ),
)


def max_rejects(command: Command) -> Command:
    """Give ``command`` the option that says how many rows may be wrong."""
    return click.option(
        "--max-rejects",
        default="0",
        show_default=True,
        metavar="N|P%",
        callback=_number_or_share,
        help="So many rows may be wrong, and are left out: a number, or a share.",
    )(command)


def _number_or_share(_: click.Context, option: click.Parameter, text: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+)?%|\d+", text):
        raise exits.Stop(f"{option.opts[0]} {text}: write a number of rows, or a percent")
    return text


def data_options(command: Command) -> Command:
    """Give ``command`` the options that ``Data`` holds."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def taken(options: dict[str, Any]) -> Data:
    """Take what is said of the data out of the options of a command, and return it."""
    return Data(**{field.name: options.pop(field.name) for field in Data.__attrs_attrs__})


def pairs(texts: tuple[str, ...], option: str) -> dict[str, str]:
    """Return ``name=value`` texts by name.

    >>> pairs(("a=1",), "--set")
    {'a': '1'}
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise exits.Stop(f"{option} {text}: write a name, an equals sign and a value")
        found[name.strip()] = value.strip()
    return found


def assumed(texts: tuple[str, ...]) -> dict[str, str]:
    """Return what ``--assume`` says; one option may hold several, parted by commas."""
    parts = tuple(part for text in texts for part in text.split(",") if part.strip())
    return pairs(parts, "--assume")


def year_of_document(policy: str, files: tuple[str, ...]) -> dict[str, Any]:
    """Return the policy and the files of a call that names no year, but documents that do."""
    path = Path(policy)
    if path.suffix.casefold() != ".json" or not path.is_file():
        return {}
    from mipsdsl.data.documents import read_json
    from mipsdsl.data.submissions import documents_in, year_of
    from mipsdsl.data.tables import DataError

    try:
        years = {year_of(each) for each in documents_in(read_json(path), path)} - {None}
    except DataError as mistake:
        raise exits.Stop(str(mistake)) from None
    if len(years) != 1:
        several = (
            f"is of {', '.join(map(str, sorted(filter(None, years))))}" if years else "says none"
        )
        raise exits.Stop(f"which year? `{policy}` {several}: name it before the file")
    return {"policy": str(*years), "files": (policy, *files)}


def read_inputs(program: Program, data: Data, privacy: Privacy | None = None) -> Inputs:
    """Return the data that a user named, checked; what is said of them hides what it shall."""
    from mipsdsl.data.read import read
    from mipsdsl.data.tables import DataError

    try:
        with paths_of(data) as paths:
            inputs = read(program, paths, options_of(data))
            return inputs if privacy is None else privacy.inputs(inputs)
    except DataError as mistake:
        said = str(mistake) if privacy is None else privacy.line(str(mistake))
        raise exits.Stop(said) from None


def options_of(data: Data) -> ReadOptions:
    """Return how the data are read."""
    from mipsdsl.data.options import ReadOptions, load_map

    return ReadOptions(
        percent_in=data.percent_in,
        assume=assumed(data.assume),
        column_map=load_map(Path(data.mapping)) if data.mapping else {},
        measures=Path(data.measures) if data.measures else None,
        sheet=data.sheet,
        header_row=data.header_row,
        delimiter=data.delimiter,
        strict_npi=data.strict_npi,
        any_year=data.any_year,
    )


@contextmanager
def paths_of(data: Data) -> Iterator[list[Path]]:
    """Give the files to read: the user's, or the sample; with a format, under names that say it."""
    if data.sample:
        yield [_sample(data)]
        return
    if not data.files:
        raise exits.Stop("no data were given: name files or a folder, or say --sample")
    named = [Path(file) for file in data.files]
    if data.input_format is None and "-" not in data.files:
        yield named
        return
    from mipsdsl.data.tables import DataError

    with work_folder() as folder:
        copies = [_renamed(path, data.input_format or "csv", Path(folder)) for path in named]
        try:
            yield copies
        except DataError as mistake:
            text = mistake.message
            for path, copy in zip(named, copies, strict=True):
                text = text.replace(str(copy), "standard input" if str(path) == "-" else str(path))
            raise DataError(text, mistake.help) from None


def _sample(data: Data) -> Path:
    folder = resources.sample()
    if data.files:
        raise exits.Stop("give files or --sample, not both")
    if not folder.is_dir():
        raise exits.Stop(f"the sample is not installed: there is no {folder}", exits.ENVIRONMENT)
    return folder


def _renamed(path: Path, form: str, folder: Path) -> Path:
    """Return a copy of a file, or of the standard input, with the ending of its format."""
    from mipsdsl.data.files import stem_of, suffix_of

    if path.is_dir():
        return path
    if str(path) != "-" and suffix_of(path) == f".{form}":
        return path
    stem = "standard input" if str(path) == "-" else stem_of(path)
    copy = folder / f"{stem}.{form}"
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as mistake:
        raise exits.Stop(f"`{path}` cannot be read: {mistake.strerror}") from None
    copy.write_bytes(content)
    return copy
