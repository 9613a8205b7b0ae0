"""A difference as Markdown, for a pull request or a memo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mipsdsl.diff.cells import Cells
from mipsdsl.diff.change import Change, Difference
from mipsdsl.diff.view import Line, Shown, areas, counts, headings


def as_markdown(difference: Difference, changes: Sequence[Change]) -> str:
    """Return ``changes``, some or all of ``difference``, as Markdown."""
    lines = []
    for what, old, new in headings(difference):
        if what == "year":
            lines += [f"# {old} → {new}" if old != new else f"# {old}", ""]
        else:
            lines.append(f"- {what} {'removed' if old else 'added'}: {escaped(old or new)}")
    for area in areas(difference, changes):
        lines += ["", f"## {area.name}", ""]
        for thing in area.things:
            lines += _thing(thing)
    number = ", ".join(f"{count} {word}" for word, count in counts(changes).items())
    last = f"{number}; {difference.untouched} as before"
    return "\n".join([*lines, "", f"_{last if changes else 'no difference'}_"])


def _thing(thing: Shown) -> Iterator[str]:
    data = f" **{thing.data}**" if thing.data else ""
    if thing.text:
        yield f"- **{thing.kind.value}**{data}"
        yield from ("", "  ```mips", *(f"  {line}".rstrip() for line in thing.text), "  ```", "")
    elif thing.kind.value == "renamed":
        old, _, new = thing.head.partition(" is now ")
        what, _, name = old.partition(" ")
        yield f"- **renamed** {what} `{name}` to `{new}`"
        return
    else:
        what, _, name = thing.head.partition(" ")
        yield f"- **{thing.kind.value}** {what} `{name}`{data}"
    yield from (f"  - {_line(line)}" for line in thing.lines)
    if thing.cells is not None:
        yield from ("", *(f"  {line}" for line in _cells(thing.cells)), "")
    for reason in thing.reason.split("\n") if thing.reason else ():
        yield f"  - {escaped(reason)}"


def _line(line: Line) -> str:
    part = f"{escaped(line.part)}: " if line.part else ""
    said = " → ".join(f"`{x}`" for x in (line.old, line.new) if x)
    if not (line.old and line.new):
        said = f"{'added' if line.new else 'removed'} {said}"
    return f"{part}{said} {escaped(line.reason)}".rstrip()


def _cells(cells: Cells) -> Iterator[str]:
    for word, names in (("new columns", cells.come), ("columns gone", cells.gone)):
        if names:
            yield f"{word}: {', '.join(f'`{name}`' for name in names)}"
            yield ""
    if cells.rows:
        yield row(["", *cells.heads])
        yield row(["---"] * (len(cells.heads) + 1))
        yield from (row([each.mark, *each.cells]) for each in cells.rows)


def row(texts: Sequence[str]) -> str:
    """Return a row of a table."""
    return "| " + " | ".join(escaped(text) for text in texts) + " |"


def escaped(words: str) -> str:
    r"""Return ``words`` so that Markdown shows them as they are.

    >>> escaped("a_b | c")
    'a\\_b \\| c'
    """
    for character in "\\`*_|<>":
        words = words.replace(character, f"\\{character}")
    return words
