"""The data of a difference."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

from mipsdsl.diff.edits import Kind, Piece, Way
from mipsdsl.diff.policy import Key, Policy

__all__ = ["HEADERS", "Change", "Difference", "Effect", "Kind", "effect_of"]


class Effect(Enum):
    """What a change is about."""

    VALUE = "value"
    RULE = "rule"
    DATA = "data"
    TEST = "test"
    TEXT = "text"


@frozen
class Change:
    """One change of one thing; enough is kept to make it again.

    ``area`` is the file of the thing, ``part`` what is changed of it in words (nothing: all of it) and
    ``way`` how to get there in its tree. Of what was renamed, ``old`` and ``new`` are the names.
    ``citations`` and ``because`` are those of the amendment, or else of the thing.
    """

    kind: Kind
    effect: Effect
    area: str
    key: Key
    part: tuple[str, ...]
    way: Way
    old: Piece
    new: Piece
    citations: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


@frozen
class Difference:
    """All changes from one policy to another, and how many things are as before.

    ``old`` is the old policy with the names of the new one. ``identifiers``: those in data that were
    replaced, each with the one in its place.
    """

    changes: tuple[Change, ...]
    untouched: int
    old: Policy
    new: Policy
    identifiers: Mapping[str, str] = {}


HEADERS = ("year", "title", "source")
"""What stands at the head of a policy; it is shown above a difference and not counted."""
_DATA = {"choice", "record", "reference", "field", "relation", "ensure"}
_TEXT = {"because", "citations", "label"}


def effect_of(key: Key, way: Way = ()) -> Effect:
    """Return what a change of a thing, at a place in it, is about."""
    if key.what in {"title", "source"} or (way and way[-1].name in _TEXT):
        return Effect.TEXT
    if key.what in _DATA:
        return Effect.DATA
    if key.what == "claim":
        return Effect.TEST
    values = key.what == "parameter" or (key.what in {"table", "scale"} and way)
    values = values or (bool(way) and way[-1].name == "published")
    return Effect.VALUE if values else Effect.RULE
