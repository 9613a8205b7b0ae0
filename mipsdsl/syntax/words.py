"""The words of the language: none of them can be the name of anything."""

from __future__ import annotations

ITEM_WORDS = frozenset(
    """rules tests amends title source choice record extend reference relation ensure parameter rule
    table scale selection population claim usual example examples pin results changeable require set keep
    add replace remove rename""".split()
)
"""A line that begins with one of these begins an item."""

HEADERS_BEFORE = {"rules": r"for\b", "source": r"\[", "tests": r"for\b", "title": r'"'}
"""These begin an item only before this: elsewhere they are names, or words of another item."""

AMENDING_WORDS = frozenset({"add", "replace"})
"""An item that begins with one of these goes on with the item that it adds."""

KEYWORDS = (ITEM_WORDS - set(HEADERS_BEFORE)) | frozenset(
    """above adds all always an and another any apart at average be because best by check count
    default down each else empty except expect falling first followed for from given groups half
    have highest if impossible in is joined jump least list lowers lowest matching missing most
    never no not nothing of on one optional or otherwise over paying position published raises
    raising ratio rising rounded set sum the then those to under unless up when where with
    within yes""".split()
)
"""Reserved: they mean the same everywhere."""

WORDS_IN_PLACE = frozenset(
    """added as before changes correction field key killed line mutants parameters performance place
    places point points records removed renamed rest row rows rules same segment segments source tests
    title value was year zero""".split()
)
"""Words of the grammar that are names where a name stands."""
