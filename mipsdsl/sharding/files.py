"""A part of a run as a folder: a Parquet file for each record, and ``part.json`` about it all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from mipsdsl.core.types import QUANTITIES, Unit
from mipsdsl.data.tables import DataError, Value
from mipsdsl.data.write import replacing
from mipsdsl.engines.schema import Target
from mipsdsl.sharding.components import Shard
from mipsdsl.sharding.parts import PartTable, ShardError

FORMAT = "mips/part/2"
ABOUT = "part.json"


@frozen(kw_only=True)
class Made:
    """Of which run a part is; all parts of a run say the same but for their number.

    ``rules``: the digest of the policy; ``inputs``: the digest of each file that was read.
    ``targets``: what is computed, ``guards`` among it for the merge to see what may be shown.
    ``read`` and ``rejected``: the rows of the whole run, by record, and those left out.
    """

    policy: str
    rules: str
    program: str
    settings: Mapping[str, str]
    here: bool
    targets: tuple[Target, ...]
    guards: tuple[Target, ...]
    subjects: tuple[str, ...]
    given: tuple[Target, ...]
    partial: tuple[Target, ...]
    inputs: tuple[tuple[str, str], ...]
    read: Mapping[str, int]
    rejected: int


def write_part(folder: Path, made: Made, shard: Shard, tables: Sequence[PartTable]) -> None:
    """Write a part; what says that it is one comes last.

    Raises:
        DataError: it cannot be written.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ABOUT).unlink(missing_ok=True)
    except OSError as mistake:
        raise DataError(f"`{folder}` cannot be written: {mistake.strerror}") from None
    for table in tables:
        _write_table(folder / f"{table.record}.parquet", table)
    content = {
        "format": FORMAT,
        "shard": shard.number,
        "of": shard.of,
        "records": [table.record for table in tables],
        "run": _data(made),
    }
    with replacing(folder / ABOUT) as part:
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _data(made: Made) -> dict[str, Any]:
    return {
        "policy": made.policy,
        "rules_sha256": made.rules,
        "mips": made.program,
        "settings": dict(sorted(made.settings.items())),
        "population": "here" if made.here else "published",
        "outputs": [list(target) for target in made.targets],
        "guards": [list(target) for target in made.guards],
        "subjects": list(made.subjects),
        "given": sorted(list(target) for target in made.given),
        "given_in_part": sorted(list(target) for target in made.partial),
        "inputs": [list(each) for each in made.inputs],
        "rows_read": dict(made.read),
        "rows_rejected": made.rejected,
    }


def _write_table(path: Path, table: PartTable) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {}
    for name, (type_, values) in table.columns.items():
        if type_.unit is Unit.YESNO:
            kind = pa.bool_()
        else:
            kind = pa.int64() if type_.unit in QUANTITIES else pa.string()
        arrays[name] = pa.array(values, type=kind)
    with replacing(path) as part:
        pq.write_table(pa.table(arrays), part)


def read_parts(
    folders: Sequence[Path],
) -> tuple[Made, dict[str, dict[str, list[Value]]]]:
    """Return of which run ``folders`` are all parts, and the columns of each record.

    Raises:
        ShardError: one is no part, some are missing, or they are not of one run.

    """
    abouts = [(folder, _about(folder)) for folder in folders]
    first = abouts[0][1]
    for folder, about in abouts:
        if about["run"] != first["run"] or about["of"] != first["of"]:
            which = next(
                (name for name, value in first["run"].items() if about["run"].get(name) != value),
                "of",
            )
            raise ShardError(
                f"`{folder}` and `{abouts[0][0]}` are of different runs: not the same {which}"
            )
    numbers = sorted(about["shard"] for _, about in abouts)
    missing = sorted(set(range(1, first["of"] + 1)) - set(numbers))
    if missing:
        names = ", ".join(f"{number}/{first['of']}" for number in missing)
        raise ShardError(f"parts are missing: {names}")
    if len(numbers) != len(set(numbers)):
        twice = next(number for number in numbers if numbers.count(number) > 1)
        raise ShardError(f"part {twice}/{first['of']} is there twice")
    columns: dict[str, dict[str, list[Value]]] = {}
    for record in first["records"]:
        for folder, _ in sorted(abouts, key=lambda pair: int(pair[1]["shard"])):
            _append(folder / f"{record}.parquet", columns.setdefault(record, {}))
    return _made(first["run"]), columns


def _about(folder: Path) -> dict[str, Any]:
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        about = {}
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ShardError(
            f"`{folder}` is no part of a run, or not a whole one\n"
            "help: parts are written by `mips run … --shard 1/4 -o FOLDER`"
        )
    return about


def _append(path: Path, columns: dict[str, list[Value]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as mistake:
        raise ShardError(f"`{path}` cannot be read: {mistake}") from None
    for name in table.column_names:
        columns.setdefault(name, []).extend(table.column(name).to_pylist())


def _made(run: Mapping[str, Any]) -> Made:
    def targets(name: str) -> tuple[Target, ...]:
        return tuple((record, item) for record, item in run[name])

    return Made(
        policy=run["policy"],
        rules=run["rules_sha256"],
        program=run["mips"],
        settings=run["settings"],
        here=run["population"] == "here",
        targets=targets("outputs"),
        guards=targets("guards"),
        subjects=tuple(run["subjects"]),
        given=targets("given"),
        partial=targets("given_in_part"),
        inputs=tuple((name, digest) for name, digest in run["inputs"]),
        read=run["rows_read"],
        rejected=run["rows_rejected"],
    )
