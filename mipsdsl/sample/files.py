"""A sample into files: one for each record, written block by block; all of them, or none."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import define, field, frozen

from mipsdsl.core.nodes import Program
from mipsdsl.data.tables import DataError
from mipsdsl.data.tables import Table as Data
from mipsdsl.data.write import Column, replacing, write_csv
from mipsdsl.sample.about import readme
from mipsdsl.sample.make import maker_of
from mipsdsl.sample.marginals import Detail, title
from mipsdsl.sample.tables import Table, as_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv, parquet

Form: TypeAlias = Literal["parquet", "csv"]


@frozen
class Order:
    """What is asked for."""

    clinicians: int
    seed: int
    form: Form = "parquet"
    detail: Detail = "scores"
    measures: Path | None = None


@frozen
class Written:
    """A file, and how many rows it has."""

    path: Path
    rows: int


def write_sample(
    program: Program, order: Order, folder: Path, say: Callable[[str], None] = lambda _: None
) -> list[Written]:
    """Write a sample into ``folder``, and return its files; ``say`` is told how far it is.

    The same program, number and seed give the same data. Memory is that of one block.

    Raises:
        DataError: the folder or a file cannot be written.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise DataError(f"`{folder}` is a file", "name a folder: it has a file a record") from None
    except OSError as mistake:
        raise DataError(f"`{folder}` cannot be made: {mistake.strerror}") from mistake
    maker = maker_of(program, order.detail, order.measures)
    about = {"synthetic": "yes", "year": program.year, "seed": order.seed, "note": title()}
    with ExitStack() as stack:
        files = _Files(folder, order.form, {"mips": json.dumps(about)}, stack)
        for tables in maker.tables(order.clinicians, order.seed):
            for record, table in tables.items():
                files.add(record, table)
            say(f"{files.rows.get('clinician', 0):,} clinicians")
        if maker.sender is not None:
            for catalogue in maker.sender.catalogues.tables.values():
                files.add_reference(program, catalogue)
        part = stack.enter_context(replacing(folder / "README.md"))
        part.write_text(readme(program, maker, order.clinicians, order.seed), encoding="utf-8")
        files.close()
    return files.written()


@define
class _Files:
    """The open files of a sample; they take their places when ``stack`` ends without a mistake."""

    folder: Path
    form: Form
    metadata: dict[str, str]
    stack: ExitStack
    writers: dict[str, parquet.ParquetWriter | csv.CSVWriter] = field(factory=dict)
    rows: dict[str, int] = field(factory=dict)

    def add(self, record: str, table: Table) -> None:
        """Write the rows of a block."""
        arrow = as_arrow(table)
        if record not in self.writers:
            self.writers[record] = self._writer(record, arrow.schema)
            self.rows[record] = 0
        self.writers[record].write_table(arrow)
        self.rows[record] += arrow.num_rows

    def add_reference(self, program: Program, table: Data) -> None:
        """Write a table of what there is, as CSV: lists of starts are text there."""
        fields = {
            each.name: each
            for record in program.records
            if record.name == table.record
            for each in record.fields
        }
        columns = [Column(name, fields[name].type, fields[name].scale) for name in table.columns]
        part = self.stack.enter_context(replacing(self.folder / f"{table.record}.csv"))
        with part.open("w", encoding="utf-8", newline="") as file:
            write_csv(file, columns, table.rows)

    def _writer(self, record: str, schema: pa.Schema) -> parquet.ParquetWriter | csv.CSVWriter:
        part = self.stack.enter_context(replacing(self._path(record)))
        if self.form == "csv":
            from pyarrow import csv

            return csv.CSVWriter(part, schema)
        from pyarrow import parquet

        return parquet.ParquetWriter(
            part,
            schema.with_metadata(self.metadata),
            compression="zstd",
            store_decimal_as_integer=True,
        )

    def _path(self, record: str) -> Path:
        return self.folder / f"{record}.{self.form}"

    def close(self) -> None:
        """Finish the files."""
        for writer in self.writers.values():
            writer.close()

    def written(self) -> list[Written]:
        """Return the files, in the order in which they were begun."""
        return [Written(self._path(record), rows) for record, rows in self.rows.items()]
