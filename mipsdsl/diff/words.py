"""Parts of trees as people read them: on one line, in the canonical layout."""

from __future__ import annotations

from mipsdsl.diff.chains import Link
from mipsdsl.diff.normal import bare
from mipsdsl.format import format_item
from mipsdsl.format.columns import field_lines, row_lines
from mipsdsl.format.expressions import flat_words, range_words, type_words
from mipsdsl.format.layout import Layout
from mipsdsl.syntax import nodes as n

_WIDE = 10_000_000


def words(piece: n.Node | str | bool | tuple[str, ...] | None) -> str:
    """Return a part of a tree, or what stands in its place, on one line."""
    match piece:
        case None:
            return "nothing"
        case bool():
            return "yes" if piece else "no"
        case str():
            return piece
        case tuple():
            return "; ".join(piece)
        case _:
            return _others(bare(piece))


def _layout() -> Layout:
    return Layout(_WIDE)


def _others(piece: n.Node) -> str:
    match piece:
        case Link():
            return _link(piece)
        case _ if isinstance(piece, n.Expr):
            return flat_words(piece, _layout())
        case n.Name(text):
            return text
        case n.BaseType() | n.ChoiceType() | n.OptionalType() | n.SetType() | n.ListType():
            return type_words(piece, _layout())
        case n.RecordType():
            return type_words(piece, _layout())
        case n.Range():
            return range_words(piece, _layout())
        case n.Cell():
            return row_lines([n.Row((piece,), (piece,), span=piece.span)], _layout())[0].split(
                " || "
            )[0][2:]
        case n.Row():
            return row_lines([piece], _layout())[0]
        case n.Field():
            return " ".join(" ".join(field_lines([piece], _layout())[0]).split())
        case n.ToBeGiven():
            return "to be given"
        case n.List(path, apart_from):
            return path.text + (f" apart from {apart_from.text}" if apart_from else "")
        case _:
            return _parts(piece)


def _parts(piece: n.Node) -> str:
    match piece:
        case n.Except(value, condition, because):
            return _reasoned(f"except {words(value)} when {words(condition)}", because)
        case n.FirstRow(value, condition, because):
            return _reasoned(f"{words(value)} when {words(condition)}", because)
        case n.FirstOf(rows, otherwise):
            said = [*map(words, rows), f"otherwise {words(otherwise)}"]
            return " ".join(["first of", *(f"| {row}" for row in said)])
        case n.Jump(at, because):
            return _reasoned(f"jump at {words(at)}", because)
        case n.RowCheck(total, unless):
            return f"each row adds to {words(total)}{_more('unless', unless)}"
        case n.Always(condition, when):
            return f"always {words(condition)}{_more('when', when)}"
        case n.Raising(cause, direction, effect, when):
            return f"raising {cause.text} never {direction} {effect.text}{_more('when', when)}"
        case n.PlacesTaken():
            return _places(piece)
        case _:
            return _names(piece)


def _more(word: str, expr: n.Expr | None) -> str:
    return f" {word} {words(expr)}" if expr is not None else ""


def _names(piece: n.Node) -> str:
    match piece:
        case n.ChoiceValue(name, label):
            return f'{name.text} "{label}"' if label else name.text
        case n.SortKey(path, lowest):
            return f"by lowest {path.text}" if lowest else f"by {path.text}"
        case n.EnsureField(name, value, is_path):
            return f"{name.text} from {words(value)}" if is_path else f"{name.text} {words(value)}"
        case n.Groups(path, by, at_most, joined):
            limit = f"{path.text} by {by.text} at most {at_most.text}"
            return f"{limit}{_more('joined by those where', joined)}"
        case n.Target(record, name):
            return f"{record.text}.{name.text}" if record else name.text
        case n.SourceOf(citation, published):
            return f"[{citation}] published {words(published)}"
        case _:
            return " ".join(format_item(piece).split())  # type: ignore[arg-type]  # what is left are items


def _reasoned(said: str, because: str) -> str:
    return f"{said} because “{because}”" if because else said


def _link(link: Link) -> str:
    first = words(link.parts[0])
    if isinstance(link.parts[0], n.Parenthesis):
        first = f"({first})"
    if link.word == "if":
        return f"if {first} then {words(link.parts[1])}"
    if link.word.startswith("rounded "):
        return f"rounded to {first} places {link.word.removeprefix('rounded ')}"
    return f"{link.word} {first}".strip()


def _places(piece: n.PlacesTaken) -> str:
    said = [f"best {words(piece.number)}"]
    said += ["of the rest"] if piece.of_the_rest else []
    said += [f"each {piece.each.text}"] if piece.each is not None else []
    said += [f"where {words(piece.where)}"] if piece.where is not None else []
    said += [words(key) for key in piece.keys]
    said += [f"otherwise where {words(fallback)}" for fallback in piece.fallbacks]
    return " ".join([*said, *(["otherwise an empty place"] if piece.empty_place else [])])
