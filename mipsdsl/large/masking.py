"""Identifiers in columns of results behind masks: each different one is masked once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mipsdsl.data.masks import Mask


def masked(array: pa.Array, mask: Mask) -> pa.Array:
    """Return a column with a mask for each identifier; missing stays missing."""
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    used = np.unique(np.asarray(coded.indices.drop_null()))
    masks: list[str | None] = [None] * len(coded.dictionary)
    for code, identifier in zip(used, coded.dictionary.take(used).to_pylist(), strict=True):
        masks[code] = mask.text(identifier)
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(masks, pa.string()))
