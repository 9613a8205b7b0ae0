"""A difference as plain data, for JSON."""

from __future__ import annotations

from collections.abc import Sequence

from mipsdsl.diff.change import Change, Difference
from mipsdsl.diff.edits import Piece
from mipsdsl.diff.view import counts
from mipsdsl.diff.words import words


def as_data(difference: Difference, changes: Sequence[Change]) -> dict[str, object]:
    """Return ``changes``, some or all of ``difference``, with how many there are of each kind."""
    return {
        "counts": {**counts(changes), "as_before": difference.untouched},
        "changes": [_change(change) for change in changes],
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind.value,
        "effect": change.effect.value,
        "area": change.area,
        "what": change.key.what,
        "record": change.key.record,
        "name": change.key.name,
        "part": list(change.part),
        "old": _piece(change.old),
        "new": _piece(change.new),
        "citations": list(change.citations),
        "because": list(change.because),
    }


def _piece(piece: Piece) -> str | list[str] | None:
    if isinstance(piece, tuple):
        return list(piece)
    return None if piece is None else words(piece)
