"""The outputs of the record phase, as every peer names them."""

from __future__ import annotations

from benchmarks.exact import RECORD_OUTPUTS

OUTPUTS = RECORD_OUTPUTS
"""Missing is NaN; a reason is its number, yes is 1."""

AUTOMATIC = range(5, 11)
"""The types of clinicians, by number, who need not submit promoting interoperability."""

GUARD = 1e-7
