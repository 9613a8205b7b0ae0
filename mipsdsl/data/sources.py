"""What to read: which files, which sheets of them, and the record that each is named after."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from mipsdsl.data.files import SUFFIXES, WORKBOOKS, stem_of, suffix_of
from mipsdsl.data.findings import Findings
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.slots import Layout, near, near_help
from mipsdsl.data.tables import DataError

_RESULTS = frozenset({"rejects", "dictionary", "run"})
_REJECTS = "rejects"
ABOUT = "about.json"
"""How the file beside results ends that says how they came about; it is no data."""


@frozen
class Source:
    """A file, the record that it is named after (or nothing), and its sheet in a workbook."""

    path: Path
    record: str
    sheet: str = ""


def sources_of(
    paths: Sequence[Path], layout: Layout, options: ReadOptions, findings: Findings
) -> list[Source]:
    """Return what to read in ``paths``, in order.

    Raises:
        DataError: a file is not there, or a folder or workbook has nothing to read.
    """
    found: list[Source] = []
    for path in paths:
        if path.is_dir():
            found += _in_folder(path, layout, options, findings)
        elif path.exists():
            found += _in_file(path, layout, options, findings)
        else:
            raise DataError(f"there is no file `{path}`")
    return found


def is_document(path: Path) -> bool:
    """Return whether the file is one JSON document."""
    return suffix_of(path) == ".json"


def record_named(name: str, layout: Layout) -> str:
    """Return the record that a file or a sheet is named after, whatever its case; or nothing."""
    folded = "_".join(name.casefold().replace("-", " ").replace("_", " ").split())
    return layout.record(name) or layout.record(folded)


def _in_folder(
    folder: Path, layout: Layout, options: ReadOptions, findings: Findings
) -> list[Source]:
    """Return the files that are named after a record; where there are no tables, the documents."""
    files = [path for path in sorted(folder.iterdir()) if suffix_of(path) in SUFFIXES]
    files = [path for path in files if not path.name.startswith(("~$", "."))]
    named = [path for path in files if record_named(stem_of(path), layout)]
    documents = [path for path in sorted(folder.iterdir()) if is_document(path)]
    documents = [path for path in documents if not path.name.endswith(ABOUT)]
    if not files:
        named = documents
    elif documents:
        findings.note(
            f"{', '.join(path.name for path in documents[:3])}{', …' if documents[3:] else ''}: not "
            "used, as the folder holds tables; name documents beside it"
        )
    if not named:
        raise DataError(
            f"no file in `{folder}` is named after a record",
            f"records are {', '.join(layout.slots)}, so write {next(iter(layout.slots), '')}.csv",
        )
    for path in files:
        if path not in named:
            close = near(stem_of(path), layout.slots, number=1)
            hint = f" (near `{close[0]}`)" if close else ""
            findings.note(f"{path.name}: not used, as no record has this name{hint}")
    return [each for path in named for each in _in_file(path, layout, options, findings)]


def _in_file(path: Path, layout: Layout, options: ReadOptions, findings: Findings) -> list[Source]:
    record = record_named(stem_of(path), layout)
    if record and stem_of(path) in layout.former.records:
        findings.note(
            f"{path.name}: this is its name of {layout.former.whose}; it is read as `{record}`"
        )
    if suffix_of(path) not in WORKBOOKS:
        return [Source(path, record)]
    return _in_workbook(path, record, layout, options, findings)


def _in_workbook(
    path: Path, record: str, layout: Layout, options: ReadOptions, findings: Findings
) -> list[Source]:
    """Return the sheet that was asked for, else those named after a record, else the first."""
    from mipsdsl.data.workbooks import all_sheet_names, sheet_names

    if options.sheet:
        name = asked_sheet(options.sheet, all_sheet_names(path), path)
        return [Source(path, record_named(name, layout) or record, name)]
    names = sheet_names(path)
    if not names:
        raise DataError(f"`{path}` is empty", "its first line must name the columns")
    if set(names) >= _RESULTS:
        # A workbook of results: of these only the rows that were left out are data.
        return [Source(path, "", _REJECTS)]
    found = [Source(path, of, name) for name in names if (of := record_named(name, layout))]
    found = found or [Source(path, record, names[0])]
    read = {source.sheet for source in found}
    others = ", ".join(f"`{name}`" for name in names if name not in read)
    if others:
        findings.note(
            f"{path.name}: sheets not used: {others}"
            + ("" if found[0].record else f"; `{names[0]}` is read, --sheet names another")
        )
    return found


def asked_sheet(wanted: str, names: Sequence[str], path: Path) -> str:
    """Return the sheet that the user named, whatever its case, or by its number from 1."""
    for name in names:
        if wanted.casefold().strip() == name.casefold().strip():
            return name
    if wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    raise DataError(
        f"`{path}` has no sheet `{wanted}`",
        near_help(wanted, names) or f"its sheets are {', '.join(f'`{name}`' for name in names)}",
    )
