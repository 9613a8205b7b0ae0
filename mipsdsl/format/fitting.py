"""Documents laid out in lines, as the layout library does it, in half the time.

The library looks in each text for colours, which those of the formatter never have. Its documents stay:
a group is laid out on one line where it fits, and else each of its breaks begins a new one.

Source: Lindig, *Strictly Pretty* (2000); for texts of several lines, wadler_lindig.
"""

from __future__ import annotations

from wadler_lindig import AbstractDoc, BreakDoc, ConcatDoc, GroupDoc, NestDoc, TextDoc


def laid_out(doc: AbstractDoc, width: int) -> str:
    """Return the text of ``doc``, no line longer than ``width`` where that can be."""
    words: list[str] = []
    used, indent, vertical = 0, 0, True
    waiting: list[bool | int | AbstractDoc] = [GroupDoc(doc)]
    while waiting:
        here = waiting.pop()
        if isinstance(here, TextDoc):
            words.append(here.text.replace("\n", "\n" + " " * used))
            used += len(here.text.rpartition("\n")[2]) if here.width else 0
        elif isinstance(here, ConcatDoc):
            waiting.extend(here.children[::-1])
        elif isinstance(here, BreakDoc):
            words.append("\n" + " " * indent if vertical else here.text)
            used = indent if vertical else used + len(here.text)
        elif isinstance(here, GroupDoc):
            waiting += [vertical, here.child]
            vertical = here.force_vertical or (vertical and not _fits(here.child, width - used))
        elif isinstance(here, NestDoc):
            waiting += [indent, here.child]
            indent += here.indent
        elif isinstance(here, bool):
            vertical = here
        elif isinstance(here, int):
            indent = here
    return "".join(words)


def _fits(doc: AbstractDoc, room: int) -> bool:
    """Return whether all of ``doc`` has room on one line."""
    waiting = [doc]
    while waiting and room >= 0:
        here = waiting.pop()
        if isinstance(here, TextDoc):
            room -= max(map(len, here.text.splitlines()), default=0) if here.width else 0
        elif isinstance(here, ConcatDoc):
            waiting.extend(here.children[::-1])
        elif isinstance(here, BreakDoc):
            room -= len(here.text)
        elif isinstance(here, GroupDoc | NestDoc):
            waiting.append(here.child)
    return room >= 0
