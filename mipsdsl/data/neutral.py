"""Cells that no spreadsheet executes, and the columns of a file of rejects."""

from __future__ import annotations

from mipsdsl.data.decimals import parse_decimal

REJECT_COLUMNS = ("_file", "_row", "_column", "_code", "_reason")
"""What a file of rejects says of each row, after the cells of the row."""
WITHHELD_COLUMN = "_withheld"
"""The column of a file of rejects that says that its rows lack what shall not leave the data."""
_EXECUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet takes for a formula; the wide signs in Japanese ones.

Source: OWASP, CSV injection.
"""


def neutral(text: str) -> str:
    """Return the cell so that no spreadsheet executes it; a number stays a number.

    >>> neutral("=1+1"), neutral("-4.25"), neutral("-4.25%"), neutral("@name")
    ("'=1+1", '-4.25', '-4.25%', "'@name")
    """
    if not text.startswith(_EXECUTED) or _is_number(text):
        return text
    return f"'{text}"


def plainly(text: str) -> str:
    """Return a cell as it was before ``neutral``.

    >>> plainly("'=1+1"), plainly("'quoted'")
    ('=1+1', "'quoted'")
    """
    is_neutral = text[:1] == "'" and neutral(text[1:]) == text
    return text[1:] if is_neutral else text


def _is_number(text: str) -> bool:
    return parse_decimal(text) is not None
