"""Sentences as an answer for people: the outcome, and under it what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import click
from attrs import define, field

from mipsdsl.core.nodes import Place
from mipsdsl.core.types import Unit
from mipsdsl.engines.trace import Origin
from mipsdsl.explain.ask import Answer
from mipsdsl.explain.sentences import Because, Named, Sentence
from mipsdsl.source import Source

DEPTH = 4
_ALIKE = 3
_SHOWN = 8
_ROWS_APART = 20
_INDENT = "  "
_LINE = 110

Lines = Callable[[Place], str]
"""Gives the text of a line of the policy, or nothing when it is not at hand."""


def lines_of(sources: Iterable[Source]) -> Lines:
    """Return what gives the lines of ``sources``."""
    files = {source.name: source for source in sources}

    def line(place: Place) -> str:
        source = files.get(place.file)
        last = source.text.count("\n") + 1 if source is not None else 0
        return source.line(place.line) if source is not None and place.line <= last else ""

    return line


_ORIGINS = {
    Origin.GIVEN: "given",
    Origin.PUBLISHED: "published",
    Origin.SET: "set for this run",
}


def render(
    sentences: Sequence[Sentence], *, lines: Lines, depth: int = DEPTH, colour: bool = False
) -> str:
    """Return ``sentences`` as text: what was explained once is only named after that."""
    printer = _Printer(lines, depth, colour)
    for sentence in sentences:
        if sentence not in printer.explained:
            printer.explain(sentence, None, 0)
    if printer.hidden:
        deeper = f"more of the reasons: --depth {depth + 2}"
        printer.line(0, printer.style(f"… {printer.hidden:,} {deeper}", dim=True))
    return "\n".join(printer.printed)


def heading(answer: Answer, policy: object) -> str:
    """Return whom the answer is about, and the answer in short."""
    short = ", ".join(f"{each.name} is {each.value}" for each in answer.last)
    return f"{answer.record} {' '.join(answer.key)} in {policy}: {short}"


@define
class _Printer:
    lines: Lines
    depth: int
    colour: bool
    printed: list[str] = field(factory=list)
    explained: set[Sentence] = field(factory=set)
    rows: set[object] = field(factory=set)
    hidden: int = 0

    def style(self, text: str, *, dim: bool = False, bold: bool = False) -> str:
        """Return ``text`` in the style, if there are colours at all."""
        return click.style(text, dim=dim or None, bold=bold or None) if self.colour else text

    def line(self, level: int, text: str) -> None:
        """Print a line."""
        self.printed.append(f"{_INDENT * level}{text}")

    def explain(self, sentence: Sentence, above: Sentence | None, level: int) -> None:
        """Print ``sentence`` and what it rests on."""
        row = (sentence.record, sentence.key, sentence.row, sentence.row_follows)
        same_row = sentence.row is not None and row in self.rows
        said_before = sentence in self.explained and _has_more(sentence)
        text = _headline(sentence) if above is None else _clause(sentence, above)
        text = self.style(text, bold=above is None)
        if said_before or same_row:
            self.line(level, f"{text} ({'see above' if said_before else 'by the same row'})")
            return
        is_computed = sentence.origin is not Origin.GIVEN
        citations = self.style(_cited(sentence.citations), dim=True) if is_computed else ""
        self.line(level, f"{text}{citations}")
        if not _has_more(sentence):
            return
        if level >= self.depth:
            self.hidden += 1
            return
        self.explained.add(sentence)
        self.rows.add(row)
        self._reasons(sentence, level + 1)
        self._parts(sentence, level + 1)

    def _reasons(self, sentence: Sentence, level: int) -> None:
        decided = [each for each in sentence.because if each.decided]
        for because in decided:
            self.line(level, self._because("because", because))
        for because in sentence.because:
            if not because.decided:
                self.line(level, self._because("and also because", because))
        if sentence.row is not None:
            place = _below(sentence.row, self.lines) if sentence.row_follows else sentence.row
            row = " ".join(self.lines(place).strip(" |").split())
            where = self.style(f" ({place.file}:{place.line})", dim=True)
            if row:
                self.line(level, f"by the row: {row}{where}")
        for text in _parameters(sentence.parameters):
            self.line(level, text)

    def _because(self, word: str, because: Because) -> str:
        return f"{word} {because.text}{self.style(_cited(because.citations), dim=True)}"

    def _parts(self, sentence: Sentence, level: int) -> None:
        for group in _alike(sentence.parts):
            if len(group) > _ALIKE and len({part.value for part in group}) == 1:
                clause = _clause(group[0], group[0])
                cited = self.style(_cited(group[0].citations), dim=True)
                self.line(level, f"{len(group):,} {group[0].record}: {clause}{cited}")
                continue
            for part in group[:_SHOWN]:
                self.explain(_behind(part), sentence, level)
            if len(group) > _SHOWN:
                name = f"{group[0].record}.{group[0].name}"
                self.line(level, f"… and {name} of {len(group) - _SHOWN:,} more rows")


def _below(place: Place, lines: Lines) -> Place:
    """Return the next row of a table below ``place``; a comment may stand between."""
    for number in range(place.line + 1, place.line + _ROWS_APART):
        below = Place(place.file, number)
        if lines(below).lstrip().startswith("|"):
            return below
    return place


def _has_more(sentence: Sentence) -> bool:
    return bool(sentence.parts or sentence.because or sentence.parameters or sentence.row)


def _behind(sentence: Sentence) -> Sentence:
    """Return what ``sentence`` only hands on, or the sentence itself."""
    while (
        len(sentence.parts) == 1
        and not (sentence.label or sentence.because or sentence.parameters or sentence.row)
        and sentence.parts[0].value == sentence.value
    ):
        sentence = sentence.parts[0]
    return sentence


def _alike(parts: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Yield the parts in order; the same item of several rows together."""
    groups: dict[tuple[str, str], list[Sentence]] = {}
    for part in parts:
        groups.setdefault((part.record, part.name), []).append(part)
    yield from groups.values()


def _headline(sentence: Sentence) -> str:
    text = f"{sentence.name} is {sentence.value}"
    meaning = sentence.said or sentence.label
    return f"{text}: {meaning}{_note(sentence)}" if meaning else f"{text}{_note(sentence)}"


def _clause(sentence: Sentence, above: Sentence) -> str:
    """Return what a reason says: a question answered, or a thing and its value."""
    of = _whose(sentence, above)
    name = sentence.label or sentence.name.replace("_", " ")
    value = f"{sentence.value} ({sentence.said})" if sentence.said else sentence.value
    value = "not given" if sentence.is_missing and sentence.origin is Origin.FIELD else value
    mark = "?" if sentence.unit is Unit.YESNO else ":"
    return f"{of}{name}{mark} {value}{_note(sentence)}"


def _whose(sentence: Sentence, above: Sentence) -> str:
    if not sentence.record or (sentence.record, sentence.key) == (above.record, above.key):
        return ""
    key = " ".join([part for part in sentence.key if part not in above.key] or sentence.key)
    return f"{key}: " if sentence.record == above.record else f"{sentence.record} {key}: "


def _note(sentence: Sentence) -> str:
    if sentence.origin is Origin.COMPUTED and not sentence.record:
        return " (computed from these data)"
    note = _ORIGINS.get(sentence.origin, "")
    if sentence.created and sentence.origin is Origin.FIELD:
        note = "as no data were sent"
    return f" ({note})" if note else ""


def _cited(citations: Sequence[str]) -> str:
    return "".join(f" [{citation}]" for citation in citations)


def _parameters(parameters: Sequence[Named]) -> Iterator[str]:
    """Yield the parameters with their citations; those of one citation together."""
    by_citations: dict[tuple[str, ...], list[str]] = {}
    for each in parameters:
        by_citations.setdefault(each.citations, []).append(f"{each.name} is {each.value}")
    for citations, texts in by_citations.items():
        line = f"where {' and '.join(texts)}"
        yield f"{line if len(line) <= _LINE else line[: _LINE - 1] + '…'}{_cited(citations)}"


# --- as data -------------------------------------------------------------------------------------


def to_json(sentences: Sequence[Sentence]) -> list[object]:
    """Return the whole trees; what was explained once is only named after that."""
    seen: set[Sentence] = set()
    return [_as_object(sentence, seen) for sentence in sentences]


def _as_object(sentence: Sentence, seen: set[Sentence]) -> dict[str, object]:
    content: dict[str, object] = {
        "record": sentence.record,
        "key": list(sentence.key),
        "name": sentence.name,
        "value": None if sentence.is_missing else sentence.value,
        "unit": sentence.unit.value,
        "origin": sentence.origin.value,
    }
    if sentence in seen and _has_more(sentence):
        return {**content, "explained": "above"}
    seen.add(sentence)
    content |= {
        "label": sentence.label,
        "meaning": sentence.said,
        "created": sentence.created,
        "citations": list(sentence.citations),
        "because": [
            {"text": each.text, "citations": list(each.citations), "decided": each.decided}
            for each in sentence.because
        ],
        "place": _place(sentence.place),
        "row": None if sentence.row_follows else _place(sentence.row),
        "parameters": [
            {"name": each.name, "value": each.value, "citations": list(each.citations)}
            for each in sentence.parameters
        ],
    }
    return {**content, "rests_on": [_as_object(part, seen) for part in sentence.parts]}


def _place(place: Place | None) -> str | None:
    return None if place is None else f"{place.file}:{place.line}"
