"""What a terminal of the grammar is called when an author is told what could stand somewhere."""

from __future__ import annotations

_NAMES = {
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": 'a text in `"…"`',
    "CITATION": "a citation `[…]`",
    "PERCENT": "a percent",
    "MUTANTS": "`mutants killed`",
    "MONEY": "an amount of money",
    "DATE": "a date like 2017-09-01",
    "MONTH": "a date like `October 1 of performance year`",
    "BASE_TYPE": "a type (yesno, count, number, percent, points, money, date, text)",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "COMMA": "`,`",
    "COLON": "`:`",
    "EQUAL": "`=`",
    "VBAR": "`|`",
    "CONCLUDES": "`||`",
    "DOT": "`.`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "RSQB": "`]`",
    "LSQB": "`[`",
    "TIMES": "`*` or `/`",
    "PLUS": "`+`",
    "MINUS": "`-`",
    "COMPARE": "a comparison (`<=`, `>=`, `<`, `>`)",
    "ROUNDING": "`half up`, `up` or `down`",
    "IS_MISSING": "`missing`",
    "AND_THEN": "`and then`",
    "PERFORMANCE_YEAR": "`performance year`",
    "DIRECTION": "`lowers` or `raises`",
    "WHEN_ZERO": "`(when zero: …)`",
    "THE_REST": "`of the rest`",
    "FOLD": "`sum` or `average`",
    "EXTREME": "`highest` or `lowest`",
    "KIND": "what it is (`rule`, `parameter`, `table`, `scale`, `selection`, …)",
    "FIELD_OR_VALUE": "`field`, `value` or `list`",
    "PART": "`rows` or `segment`",
    "ROW": "`row`",
    "OWNER": "`table` or `scale`",
    "PINNED": "`parameters`, `rules`, `records`, `added`, `removed` or `renamed`",
    "RISING": "`rising` or `falling`",
    "OPERAND": "a name, a number, or an expression in parentheses",
}
_STARTS_OPERAND = {"NAME", "NUMBER", "LPAR", "PERCENT", "MONEY"}
_COVERED = _STARTS_OPERAND | {
    "STRING", "YES", "NO", "MISSING", "NOTHING", "DATE", "MONTH", "LBRACE", "MINUS", "RATIO", "POSITION",
    "FOLD", "EXTREME", "ALL", "ANY", "COUNT", "IF", "NOT",
}  # fmt: skip
_QUIET = {"$END", "COMMENT"}


def describe(expected: set[str]) -> str:
    """Return the terminals as a short list in words, or nothing when they are too many to help."""
    kinds = set(expected) - _QUIET
    shown: list[str] = []
    if kinds >= _STARTS_OPERAND:
        kinds -= _COVERED
        shown.append(_NAMES["OPERAND"])
    shown += sorted(_NAMES.get(kind, f"`{kind.lower()}`") for kind in kinds)
    if len(shown) > 7:
        return ""
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
