"""SAS files are read like any other; the transport file here is written by hand."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from mipsdsl.data.files import load
from mipsdsl.data.options import ReadOptions
from mipsdsl.data.tables import DataError

pytest.importorskip("pyreadstat", reason="the extra `sas` is not installed")
STAMP = b"22NOV26:00:00:00"
MISSING = b"." + b"\0" * 7
LETTERED = b"A" + b"\0" * 7


def _record(text: bytes) -> bytes:
    return text.ljust(80)


def _ibm(value: float) -> bytes:
    """Return a positive number below 16**14 as IBM hexadecimal floating point."""
    exponent = 64
    while value >= 1:
        value, exponent = value / 16, exponent + 1
    return struct.pack(">B", exponent) + int(value * 2**56).to_bytes(7, "big")


def _variable(number: int, name: bytes, *, text: bool, length: int, at: int, form: bytes) -> bytes:
    kind = 2 if text else 1
    head = struct.pack(">hhhh", kind, 0, length, number) + name.ljust(8) + b" " * 40
    tail = form.ljust(8) + struct.pack(">hhhh", 9 if form else 0, 0, 0, 0) + b" " * 8
    return head + tail + struct.pack(">hhl", 0, 0, at) + b"\0" * 52


def _transport(rows: list[bytes]) -> bytes:
    library = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
    member = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "
    describes = b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
    names = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000000300000000000000000000  "
    values = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + b"0" * 30 + b"  "
    first = _record(b"SAS     SAS     SASLIB  9.4     Linux   " + b" " * 24 + STAMP)
    data = _record(b"SAS     PEOPLE  SASDATA 9.4     Linux   " + b" " * 24 + STAMP)
    variables = (
        _variable(1, b"NPI", text=True, length=10, at=0, form=b"")
        + _variable(2, b"CHARGES", text=False, length=8, at=10, form=b"")
        + _variable(3, b"ENROLLED", text=False, length=8, at=18, form=b"DATE")
    )
    padded = variables.ljust(-(-len(variables) // 80) * 80)
    body = b"".join(rows)
    content = [library, first, _record(STAMP), member, describes, data, _record(STAMP)]
    return b"".join([*content, names, padded, values, body.ljust(-(-len(body) // 80) * 80)])


def test_a_transport_file_is_read_as_text_cells(tmp_path: Path) -> None:
    path = tmp_path / "clinician.xpt"
    day = (1961 - 1960) * 366 + 30
    rows = [
        b"0123456789" + _ibm(30000.5) + _ibm(day),
        b"1999000015" + _ibm(90000) + MISSING,
        b"1999000023" + LETTERED + MISSING,
    ]
    path.write_bytes(_transport(rows))

    sheet = load(path, ReadOptions())

    assert ("NPI", "CHARGES", "ENROLLED") == sheet.columns
    assert [
        ["0123456789", "30000.5", "1961-01-31"],
        ["1999000015", "90000", ""],
        ["1999000023", "", ""],
    ] == sheet.rows
    assert [2, 3, 4] == sheet.numbers


@pytest.mark.parametrize("name", ["clinician.xpt", "clinician.sas7bdat"])
def test_a_file_that_is_none_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"no SAS")

    with pytest.raises(DataError, match="is not a SAS file"):
        load(path, ReadOptions())
