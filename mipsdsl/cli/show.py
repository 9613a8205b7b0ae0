"""``mips show``: what a year says, whole or by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, forms, policies

if TYPE_CHECKING:
    from mipsdsl.cli.references import Found
    from mipsdsl.core.nodes import Program
    from mipsdsl.pipeline import Analysis
    from mipsdsl.syntax import nodes as n

_COLUMN = 40
_USERS = 12


@click.command(name="show")
@click.argument("policy", metavar="YEAR|PATH")
@click.argument("name", required=False)
@click.option("--flat", is_flag=True, help="The whole text, each item with where it stands.")
@forms.shown_as("text", "json")
@policies.dated
def command(policy: str, name: str | None, flat: bool, form: str) -> None:
    """Show what a policy says of NAME: a rule, table, parameter, record or choice.

    With it: where it stands, what it reads and who reads it. Without NAME, an overview.
    """
    analysis = policies.analysed(policy)
    if analysis.program is None:
        policies.show(analysis.diagnostics)
        raise exits.Stop(f"{policy} does not compile", exits.FINDINGS)
    if flat:
        from mipsdsl.diff.flat import flat as flat_text

        click.echo(flat_text(analysis), nl=False)
    elif name is None:
        _overview(analysis, analysis.program, form)
    else:
        _named(analysis, analysis.program, name, form)


# --- all of it -----------------------------------------------------------------------------------


def _text(node: n.Item) -> str:
    from mipsdsl.format.files import format_item

    comment = _comment_above(node)
    return f"{comment}\n{format_item(node)}" if comment else format_item(node)


def _comment_above(node: n.Item) -> str:
    """Return the lines of comment that stand directly above ``node``."""
    lines: list[str] = []
    for number in range(node.span.line - 1, 0, -1):
        line = node.span.source.line(number).strip()
        if not line.startswith("#") or line.startswith("# ---"):
            break
        lines.append(line)
    return "\n".join(reversed(lines))


def _overview(analysis: Analysis, program: Program, form: str) -> None:
    areas = [(source.name, _count(program, source.name)) for source in analysis.sources]
    values = [(p.name, _value(program, p.name), p.citations) for p in program.parameters]
    if form == "json":
        content = {
            "year": program.year,
            "paying": program.paying,
            "title": program.title,
            "areas": [{"file": file, **counts} for file, counts in areas],
            "parameters": [
                {"name": name, "value": value, "citations": list(citations)}
                for name, value, citations in values
            ],
        }
        click.echo(policies.envelope("overview", content))
        return
    click.echo(f"{program.year}, paying {program.paying}: {program.title}")
    for source in program.sources:
        click.echo(f"source {source}")
    click.echo()
    for file, counts in areas:
        said = ", ".join(_said(number, word) for word, number in counts.items() if number)
        click.echo(f"{file:<{_COLUMN}}{said}".rstrip())
    click.echo()
    for name, value, citations in values:
        cited = "".join(f" [{citation}]" for citation in citations)
        click.echo(f"{name:<{_COLUMN - 1}} {value}{click.style(cited, dim=True)}")


def _said(number: int, words: str) -> str:
    return f"{number} {words if number != 1 else words.removesuffix('s')}"


def _count(program: Program, file: str) -> dict[str, int]:
    from mipsdsl.core.nodes import ItemKind

    kinds = {
        "rules": {ItemKind.RULE, ItemKind.POPULATION, ItemKind.SELECTION},
        "tables": {ItemKind.ROW},
        "scales": {ItemKind.SCALE},
    }
    here = [item.kind for item in program.items if item.place.file == file]
    counts = {word: sum(kind in of for kind in here) for word, of in kinds.items()}
    counts["parameters"] = sum(p.place.file == file for p in program.parameters)
    counts["records"] = sum(r.place.file == file for r in program.records)
    counts["choices"] = sum(choice.place.file == file for choice in program.choices)
    return counts


def _value(program: Program, name: str) -> str:
    from mipsdsl.core.nodes import SetOf
    from mipsdsl.explain.sentences import value_text

    value = next(p.value for p in program.parameters if p.name == name)
    if value is None:
        return "to be given"
    if isinstance(value, SetOf):
        return f"{{{', '.join(value.values)}}}"
    return value_text(value.value, value.type, value.shape.scale if value.shape else None)


# --- one thing -----------------------------------------------------------------------------------


def _named(analysis: Analysis, program: Program, name: str, form: str) -> None:
    from mipsdsl.cli.references import find, names

    found = find(program, name)
    if not found:
        from difflib import get_close_matches

        near = get_close_matches(name, names(program), n=3, cutoff=0.6)
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise exits.Stop(f"there is no `{name}` in {analysis.sources[0].name.split('/')[0]}{hint}")
    shown = [(each, _node_at(analysis, each)) for each in found]
    if form == "json":
        things = [
            {
                "name": each.name,
                "place": f"{each.place.file}:{each.place.line}",
                "text": _text(node) if node is not None else "",
                "citations": list(each.citations),
                "reads": list(each.reads),
                "read_by": list(each.read_by),
            }
            for each, node in shown
        ]
        click.echo(policies.envelope("show", {"things": things}))
        return
    click.echo("\n\n".join(_shown(each, node) for each, node in shown))


def _node_at(analysis: Analysis, found: Found) -> n.Item | None:
    """Return the syntax of what was found: the item of the file that holds its line."""
    for file in analysis.files:
        for node in file.items:
            span = node.span
            last = span.source.position(max(span.start, span.end - 1))[0]
            if span.source.name == found.place.file and span.line <= found.place.line <= last:
                return node
    return None


def _shown(found: Found, node: n.Item | None) -> str:
    lines = [click.style(f"# {found.place.file}:{found.place.line}", dim=True)]
    lines.append(_text(node) if node is not None else found.name)
    for word, others in (("reads", found.reads), ("read by", found.read_by)):
        if others:
            more = f" and {len(others) - _USERS} more" if len(others) > _USERS else ""
            lines.append(f"\n{word}: {', '.join(others[:_USERS])}{more}")
    return "\n".join(lines)
