"""No cell of an output is a formula, whatever the data hold."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from mipsdsl.cli.tables import csv_text
from mipsdsl.core.types import Type, Unit
from mipsdsl.data.neutral import neutral, plainly
from mipsdsl.data.spreadsheet import Tab, text_tab, write_workbook
from mipsdsl.data.tables import Reject
from mipsdsl.data.write import Column, reject_lines, write, write_rejects
from mipsdsl.scoring import Outcome

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[-+]?\$?[-+]?[0-9.,]+([eE][-+]?[0-9]+)? ?%?")
BEGIN = st.sampled_from([*_RUN, "＝", "", "'", " ", '"', "-1", "=1"])
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\r\n"), max_size=9
)
CELL = st.builds(lambda a, b: a + b, BEGIN, TEXT)


def _runs(cell: str) -> bool:
    return cell.startswith((*_RUN, "＝")) and not _NUMBER.fullmatch(cell)


def _cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


@given(CELL)
def test_a_neutral_cell_does_not_run_and_can_be_read_back(cell):
    assert not _runs(neutral(cell))
    assert neutral(cell) == neutral(neutral(cell))
    if not cell.startswith("'"):
        assert cell == plainly(neutral(cell))


@settings(max_examples=60, deadline=None)
@given(CELL, CELL, CELL)
def test_nothing_that_is_written_as_csv_runs(name, value, own):
    text = Type(Unit.TEXT)
    columns = (Column(name, text), Column(f"own.{name}", text), Column(own, Type(Unit.CHOICE)))
    rows = [[value, own, value], [None, value, own]]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "r.csv"
        write(path, columns, rows)
        rejects = [Reject(value, 2, name, "D0101", own, value, {name: value, "b": own})]
        write_rejects(path.with_name("rejects.csv"), rejects)
        written = [each.read_bytes().decode() for each in Path(folder).iterdir()]
    written.append(csv_text(Outcome("r", 1, columns, rows), "fraction"))

    for each in written:
        assert not [cell for cell in _cells(each) if _runs(cell)]


@settings(max_examples=25, deadline=None)
@given(CELL, CELL)
def test_a_workbook_has_no_formulas_and_keeps_texts_texts(name, value):
    columns = [Column(name, Type(Unit.TEXT)), Column("n", Type(Unit.MONEY), 2)]
    reject = Reject(value, 2, name, "D0101", value, value, {name: value})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "r.xlsx"
        tabs = [
            Tab("results", columns, [[value, -425]]),
            text_tab("rejects", *reject_lines([reject])),
        ]
        write_workbook(path, tabs)
        with zipfile.ZipFile(path) as book:
            sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
            texts = [book.read(each).decode() for each in sheets]
            styles = book.read("xl/styles.xml").decode()

    assert not [text for text in texts if re.search(r"<f\b|<hyperlink|t=\"str\"", text)]
    assert 'quotePrefix="1"' in styles
