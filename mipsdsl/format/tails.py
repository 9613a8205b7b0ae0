"""What stands behind an item: its reasons and citations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wadler_lindig import AbstractDoc

from mipsdsl.format.layout import LINE, Layout, concat, filled, indented
from mipsdsl.source import Span


def tail(
    because: Iterable[str], citations: Iterable[str], within: Span, layout: Layout
) -> list[AbstractDoc]:
    """Return the reasons and citations that stand ``within`` an item, with their comments."""
    reasons = [concat("because ", layout.quote(f'"{words}"', within)) for words in because if words]
    return [*reasons, *(layout.quote(f"[{words}]", within) for words in citations)]


def ended(
    body: AbstractDoc, ends: Sequence[AbstractDoc], within: Span, layout: Layout
) -> AbstractDoc:
    """Return ``body`` and what stands behind it: on its line, or together on one of their own."""
    if not ends:
        return body
    return layout.group(within, body, indented(LINE, filled(ends)))


def until(start: Span, end: Span, stop: Span | None, layout: Layout) -> Span:
    """Return the span from ``start`` to ``end`` or to the last citation or text before ``stop``."""
    last = layout.last_quoted(start, stop) if stop is not None else None
    return start.to(end) if last is None else Span(start.source, start.start, max(end.end, last))
