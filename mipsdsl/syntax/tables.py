"""The tables of the parser: built from the grammar once, and kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from mipsdsl import kept


def parser_of(grammar: str) -> Lark:
    """Return the parser of ``grammar``; to build one takes ten times as long as to read it."""
    file = _file(grammar)
    known = kept.load(file, _restored)
    if known is not None:
        return known
    built = Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)
    data, memo = built.memo_serialize([TerminalDef, Rule])
    kept.store(file, [data, memo])
    return built


def _file(grammar: str) -> Path | None:
    """Return the file of the tables, which other grammars and other programs do not share."""
    return kept.file_of("grammar", (sys.version, lark.__version__, grammar))


def _restored(content: Any) -> Lark:  # noqa: ANN401 - JSON
    """Return the parser of kept tables.

    Raises:
        ValueError: they are no tables.

    """
    try:
        data, memo = (_numbered(part) for part in content)
        parser: Lark = Lark._load_from_dict(data, memo)  # type: ignore[no-untyped-call]
    except Exception as strange:  # whatever Lark stumbles over: the tables are made again
        raise ValueError("these are no tables of a parser") from strange
    return parser


def _numbered(content: Any) -> Any:  # noqa: ANN401 - JSON
    """Return ``content`` with the keys that were numbers as numbers; JSON has only texts."""
    if isinstance(content, dict):
        made = {key: _numbered(value) for key, value in content.items()}
        is_numbered = bool(made) and all(key.isdigit() for key in made)
        return {int(key): value for key, value in made.items()} if is_numbered else made
    if isinstance(content, list):
        return [_numbered(each) for each in content]
    return content
