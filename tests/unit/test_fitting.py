"""Documents are laid out as the layout library lays them out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from wadler_lindig import BreakDoc, ConcatDoc, GroupDoc, NestDoc, TextDoc
from wadler_lindig._wadler_lindig import pformat_doc

from mipsdsl.format.fitting import laid_out

_WORDS = st.sampled_from(["", "a", "a longer text", "one\ntwo", "ends\n", "\n\nbegins"])
_LEAVES = st.builds(TextDoc, _WORDS, width=st.booleans()) | st.builds(
    BreakDoc, st.sampled_from(["", " ", " | "])
)


def _larger(docs):
    return (
        st.lists(docs, min_size=1, max_size=5).map(lambda several: ConcatDoc(*several))
        | st.builds(NestDoc, docs, st.integers(0, 4))
        | st.builds(GroupDoc, docs, force_vertical=st.booleans())
    )


@given(st.recursive(_LEAVES, _larger, max_leaves=25), st.integers(1, 40))
def test_a_document_is_laid_out_as_the_library_does(doc, width):
    assert pformat_doc(doc, width) == laid_out(doc, width)
