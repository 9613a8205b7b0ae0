"""Results as they may leave, in columns: identifiers behind masks, small cells withheld.

A column of which some cells may be withheld is a struct of ``value``, missing where it is withheld, and
``instead``, what is shown then: the rule is ``mipsdsl.hiding.Cover``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mipsdsl.data.masks import Mask
from mipsdsl.data.privacy import WITHHELD, Privacy
from mipsdsl.hiding import Cover

VALUE, INSTEAD = "value", "instead"


def released(
    record: str,
    names: Sequence[str],
    arrays: Sequence[pa.Array],
    guarding: Collection[str],
    privacy: Privacy,
) -> tuple[pa.Array, ...]:
    """Return columns of results as they may leave, without those ``guarding`` others."""
    shown = list(arrays)
    if privacy.small is not None:
        shown = _covered(Cover.of(privacy.small, record, names), shown)
    if privacy.mask is not None:
        shown = [
            _masked(array, privacy.mask) if privacy.mask.hides(record, name) else array
            for name, array in zip(names, shown, strict=True)
        ]
    return tuple(x for name, x in zip(names, shown, strict=True) if name not in guarding)


def _covered(cover: Cover, arrays: Sequence[pa.Array]) -> list[pa.Array]:
    """Return the columns, those in which a cell may be withheld as structs."""
    few = {place: _is_small(arrays[place], cover.small.least) for place in cover.own}
    found = list(arrays)
    for place in {*cover.own, *cover.others}:
        given, instead = arrays[place].is_valid(), pa.nulls(len(arrays[place]), pa.string())
        for count in cover.others.get(place, ()):
            instead = pc.if_else(pc.and_(few[count], given), WITHHELD, instead)
        if place in few:
            instead = pc.if_else(few[place], cover.small.text, instead)
        value = pc.if_else(instead.is_valid(), pa.scalar(None, arrays[place].type), arrays[place])
        found[place] = pa.StructArray.from_arrays([value, instead], [VALUE, INSTEAD])
    return found


def _is_small(counts: pa.Array, least: int) -> pa.Array:
    size = pc.abs(counts)
    return pc.and_(pc.greater(size, 0), pc.less(size, least)).fill_null(False)


def _masked(array: pa.Array, mask: Mask) -> pa.Array:
    """Return a column with a mask for each identifier; missing stays missing."""
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    used = np.unique(np.asarray(coded.indices.drop_null()))
    masks: list[str | None] = [None] * len(coded.dictionary)
    for code, identifier in zip(used, coded.dictionary.take(used).to_pylist(), strict=True):
        masks[code] = mask.text(identifier)
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(masks, pa.string()))
