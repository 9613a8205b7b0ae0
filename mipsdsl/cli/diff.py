"""``mips diff``: what one policy says and another does not."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from mipsdsl.cli import exits, files, forms, layers, policies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mipsdsl.diff import Change, Difference, Policy
    from mipsdsl.diff.text import Paint
    from mipsdsl.library import Layer, Layers
    from mipsdsl.source import Source

_KINDS = {
    "rules": {"rule"},
    "parameters": {"parameter"},
    "tables": {"table"},
    "scales": {"scale"},
    "selections": {"selection"},
    "population": {"population"},
    "choices": {"choice", "value"},
    "records": {"record", "reference", "field", "list", "relation", "ensure"},
    "claims": {"claim"},
    "results": {"results"},
    "changeable": {"changeable"},
}
"""What ``--only`` can name, and the things that are meant."""
_EFFECTS = ("data", "text")
_WIDTH = 100
_WIDEST = 120
_COLOURS = {"+": "green", "-": "red", "~": "yellow", ">": "cyan"}


@click.command(name="diff")
@click.argument("old", metavar="A")
@click.argument("new", metavar="[B]", default="")
@click.option("--against", metavar="git:REV", help="Show what changed in A since this revision.")
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Give this parameter another value in B; without B, it is A that has it.",
)
@layers.options
@click.option(
    "--only",
    metavar="KINDS",
    help=f"Only these, with commas between: {', '.join(_KINDS)}; or {' and '.join(_EFFECTS)}.",
)
@click.option("--area", "areas", multiple=True, metavar="FILE", help="Only this file: weights.")
@forms.shown_as("text", "md", "json", "html")
@click.option(
    "-o", "--output", metavar="OUT", help="Write it here; .html, .md and .json say the form."
)
@click.option("--exit-code", is_flag=True, help="End with 1 when there is a difference.")
@policies.dated
def command(
    old: str,
    new: str,
    against: str | None,
    settings: tuple[str, ...],
    asked: layers.Asked,
    only: str | None,
    areas: tuple[str, ...],
    form: str,
    output: str | None,
    exit_code: bool,
) -> None:
    """Show what is different in B: added, changed, renamed, removed, with the reasons given.

    B may be left out in a project: it is then the policy that the settings name (mips config show).

    A and B are years, files or folders of your own, or a git revision of one: git:REV:PATH (the
    years that such a policy amends are those of this program). Layout, order and comments are no
    difference; DATA marks what changes for those who bring the data.

    More layers, each on request: --proof (for which outputs it makes no difference at all),
    --witnesses (the smallest clinicians for whom it does), and with --people FILES or --sample who
    moves, how much money, and which files of the policy did it.
    """
    from mipsdsl.diff import diff, route_between

    old, new = _both(old, new or (old if settings and against is None else ""), against)
    kinds = _kinds(only)
    sides = _sources(old), _sources(new)
    olds, news = _layers(*sides)
    way = route_between(olds, news)
    former, later = _policy(old, olds), _policy(new, news)
    if settings:
        _no_tests(asked)
        later = _with_values(later, settings)
        new = f"{new} with {', '.join(settings)}"
    found = diff(former, later, way.renamings, way.amendments, way.identifiers)
    wanted = [change for change in found.changes if _is_wanted(change, kinds, areas)]
    if areas and not wanted:
        _know(areas, found)
    shown = _shown((old, new), found, wanted, sides, asked, _form_of(form, output))
    if output is not None and "\x1b" in shown:
        shown = click.unstyle(shown)
    files.hand_over(f"{shown}\n", output)
    if exit_code and wanted:
        raise click.exceptions.Exit(exits.FINDINGS)


def _form_of(form: str, output: str | None) -> str:
    """Return the form that a user named, or else the one that the name of the file asks for."""
    source = click.get_current_context().get_parameter_source("form")
    if output is None or source is click.core.ParameterSource.COMMANDLINE:
        return form
    suffix = PurePosixPath(output).suffix.lower()
    return {".html": "html", ".htm": "html", ".md": "md", ".json": "json"}.get(suffix, form)


def _shown(
    names: tuple[str, str],
    found: Difference,
    wanted: Sequence[Change],
    sides: tuple[tuple[Source, ...], tuple[Source, ...]],
    asked: layers.Asked,
    form: str,
) -> str:
    """Return the difference, with the layers that are asked for, in one of its forms."""
    from mipsdsl.diff import as_markdown, as_text

    if not asked.more and form == "md":
        return as_markdown(found, wanted)
    if not asked.more and form == "text" and asked.layers:
        return as_text(found, wanted, width=_width(), paint=_paint())
    from mipsdsl.impact.answers import Layers

    made = layers.found(asked, names, found, sides) if asked.more else Layers()
    if form == "json":
        from mipsdsl.impact.data import as_data

        old, new = names
        return policies.envelope(
            "diff", {"old": old, "new": new, **as_data(found, made, changes=wanted)}
        )
    if form == "html":
        from mipsdsl.impact.page import as_page

        return as_page(found, made, names=names, changes=wanted, about=_about(names, sides))
    if form == "md":
        from mipsdsl.impact.markdown import as_markdown as with_layers

        return with_layers(found, made, names=names, changes=wanted)
    parts = []
    if "text" in asked.layers:
        parts.append(as_text(found, wanted, width=_width(), paint=_paint()))
    if asked.more:
        from mipsdsl.impact.text import as_text as of_layers

        parts.append(of_layers(made, width=_width(), paint=_paint()))
    return "\n\n".join(parts)


def _about(
    names: tuple[str, str], sides: tuple[tuple[Source, ...], tuple[Source, ...]]
) -> list[str]:
    """Return where a page comes from: the program, the call, and the texts of both sides."""
    from hashlib import sha256

    from mipsdsl import resources

    called = " ".join(["mips", *sys.argv[1:]])
    lines = [f"Made by mips {resources.release()}: {called}"]
    for name, sources in zip(names, sides, strict=True):
        texts = "".join(source.text for source in sources)
        lines.append(f"{name}: {len(sources)} files, SHA-256 {sha256(texts.encode()).hexdigest()}")
    return lines


# --- what is compared --------------------------------------------------------------------------------


def _both(old: str, new: str, against: str | None) -> tuple[str, str]:
    """Return the names of both sides; ``against`` a revision, A is the newer one."""
    if against is None:
        if not new:
            raise exits.Stop("with what is it compared? name B, or say --against git:REV")
        return old, new
    source = click.get_current_context().get_parameter_source("new")
    if source is click.core.ParameterSource.COMMANDLINE:
        raise exits.Stop("--against says what A is compared with: leave B out")
    revision = against.removeprefix("git:")
    if against == revision or not revision or ":" in revision:
        raise exits.Stop(f"--against {against}: write a revision of git, as git:main")
    if not Path(old).exists():
        raise exits.Stop(f"--against is for files of your own, and there is no file `{old}`")
    return f"git:{revision}:{old}", old


def _layers(old: Layer, new: Layer) -> tuple[Layers, Layers]:
    """Return the layers of both; a year that is not there is told when its policy is read."""
    from mipsdsl.library import NoSuchPolicy, layers_of_both

    try:
        return layers_of_both(old, new)
    except NoSuchPolicy:
        return (old,), (new,)


def _policy(name: str, chain: Layers) -> Policy:
    """Return the consolidated policy; what keeps it from being read is shown and ends the command."""
    from mipsdsl.diagnostics import Report
    from mipsdsl.diff import policy_in

    report = Report()
    policy = policy_in(chain, report)
    if report.has_errors:
        policies.show(report)
        raise exits.Stop(f"{name} does not compile", exits.FINDINGS)
    return policy


def _with_values(policy: Policy, settings: tuple[str, ...]) -> Policy:
    """Return ``policy`` with the values of parameters that a user set; it compiles."""
    from attrs import evolve

    from mipsdsl.cli.inputs import pairs
    from mipsdsl.diagnostics import PolicyError
    from mipsdsl.diff.laws import program_of
    from mipsdsl.diff.policy import Key
    from mipsdsl.settings import SettingError, expressions, sort_out
    from mipsdsl.syntax import nodes as n

    try:
        found = sort_out(program_of(policy), pairs(settings, "--set"))
    except SettingError as mistake:
        raise exits.Stop(str(mistake)) from None
    for name in found.populations:
        raise exits.Stop(f"--set {name}: only parameters that have a value are compared")
    changed = dict(policy)
    for name, value in expressions(found.parameters).items():
        key = Key("parameter", "", name)
        entry = changed[key]
        assert isinstance(entry.thing, n.Parameter)
        changed[key] = evolve(entry, thing=evolve(entry.thing, value=value))
    try:
        program_of(changed)
    except PolicyError as mistake:
        policies.show(mistake.diagnostics)
        raise exits.Stop("it does not compile with what --set says", exits.FINDINGS) from None
    return changed


def _no_tests(asked: layers.Asked) -> None:
    if asked.save_tests:
        raise exits.Stop(
            "--save-tests writes tests of policies that are files: write what --set says as one that "
            "amends B"
        )


def _sources(name: str) -> tuple[Source, ...]:
    if not name.startswith("git:"):
        return policies.sources(name)
    revision, colon, path = name.removeprefix("git:").partition(":")
    if not (revision and colon and path) or revision.startswith("-"):
        raise exits.Stop(f"{name}: a revision is written git:REV:PATH, as git:main:policies/2018")
    listed = _git("ls-tree", "-z", "--name-only", revision, f"{path.rstrip('/')}/").split("\0")
    names = [each for each in listed if each.endswith(".mips")] or [path]
    return tuple(_at_revision(revision, each) for each in sorted(names))


def _at_revision(revision: str, path: str) -> Source:
    from mipsdsl.source import Source

    whole = path if path.startswith("./") else f"./{path}"
    text = _git("show", f"{revision}:{whole}")
    return Source("/".join(PurePosixPath(path).parts[-2:]), text.removeprefix("\ufeff"))


def _git(*args: str) -> str:
    import subprocess

    try:
        done = subprocess.run(["git", *args], capture_output=True, check=False)
    except FileNotFoundError:
        raise exits.Stop("git is not installed", exits.ENVIRONMENT) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise exits.Stop(f"git says: {said.removeprefix('fatal: ')}")
    return done.stdout.decode("utf-8", "replace")


# --- what is shown -----------------------------------------------------------------------------------


def _kinds(only: str | None) -> set[str]:
    """Return the things and effects that are wanted; nothing: all of them."""
    wanted: set[str] = set()
    for word in (part.strip() for part in (only or "").split(",")):
        if word in _EFFECTS:
            wanted.add(word)
        elif word in _KINDS:
            wanted |= _KINDS[word]
        elif word:
            known = ", ".join([*_KINDS, *_EFFECTS])
            raise exits.Stop(f"--only does not know {word}; it knows {known}")
    return wanted


def _is_wanted(change: Change, kinds: set[str], areas: tuple[str, ...]) -> bool:
    said = not kinds or bool(kinds & {change.key.what, change.effect.value})
    return said and (not areas or change.area in {area.removesuffix(".mips") for area in areas})


def _know(areas: tuple[str, ...], found: Difference) -> None:
    """Tell an area without a difference from one that is not there."""
    entries = (*found.old.values(), *found.new.values())
    known = sorted({entry.area for entry in entries})
    for area in areas:
        if area.removesuffix(".mips") not in known:
            raise exits.Stop(f"there is no area {area}; there are {', '.join(known)}")


def _width() -> int:
    """Return how wide the text may be: as the terminal, and 100 where there is none."""
    if not sys.stdout.isatty():
        return _WIDTH
    import shutil

    return min(shutil.get_terminal_size((_WIDTH, 24)).columns, _WIDEST)


def _paint() -> Paint:
    """Return how marks are coloured, if they are."""
    from mipsdsl.diff.text import plain

    return _coloured if policies.coloured() else plain


def _coloured(words: str, kind: str) -> str:
    colour = _COLOURS.get(kind)
    return click.style(words, fg=colour, dim=kind == "dim", bold=kind == "bold")
