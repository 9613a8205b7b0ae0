"""The page: a template, filled, with everything that it needs inside."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter, itemgetter

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mipsdsl import resources
from mipsdsl.diff import Change, Difference
from mipsdsl.diff.view import headings
from mipsdsl.impact.answers import Layers
from mipsdsl.impact.page import contents
from mipsdsl.impact.words import (
    MINUS,
    by_output,
    legend,
    sameness_text,
    spoken,
    summary,
    title,
    unmoved,
    value_text,
)

_FOLDER = resources.PACKAGE / "impact" / "page"


def as_page(
    difference: Difference,
    layers: Layers,
    *,
    names: tuple[str, str] = ("before", "after"),
    changes: Sequence[Change] | None = None,
    about: Sequence[str] = (),
) -> str:
    """Return ``changes`` (without them: all of ``difference``) and the ``layers`` as a page.

    It stands alone: what draws it is inside, nothing is fetched, and no script runs but those
    whose digests it names. ``names`` are those that a user gave to the two sides; ``about`` says
    where it comes from, a line each. Every text is escaped.
    """
    wanted = difference.changes if changes is None else changes
    population, why = layers.population, layers.why
    flows = [
        (contents.flow_chart(number, name, each), contents.subgroups(name, each, population))
        for number, (name, each) in enumerate(
            population.outcomes.items() if population is not None else (), start=1
        )
        if population is not None
    ]
    spreads = contents.spread_charts(population, names) if population is not None else []
    falls = [
        contents.waterfall_chart(number, each)
        for number, each in enumerate(why.attributions if why is not None else (), start=1)
    ]
    charts = {each.id: each.spec for each in (*(x for x, _ in flows), *spreads, *falls)}
    things = contents.things(difference, wanted, layers)
    scripts = _scripts(drawing=bool(charts))
    return _environment().get_template("page.html").render(
        title=title(difference, names), names=names, layers=layers, about=about,
        headings=[each for each in headings(difference) if each[0] != "year"],
        summary=_by_layer(summary(difference, layers, wanted)),
        tiles=contents.tiles(difference, layers, wanted), things=things,
        outputs=by_output(layers.witnesses or ()),
        areas=[(area, list(own)) for area, own in groupby(things, key=attrgetter("area"))],
        filters=contents.filters(things),
        flows=flows, spreads=spreads, falls=falls, charts=charts, legend=legend(layers),
        unmoved=unmoved(why),
        style=Markup((_FOLDER / "style.css").read_text(encoding="utf-8")),
        scripts=[Markup(each) for each in scripts],
        security=_security(scripts),
    )  # fmt: skip


def _by_layer(said: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Return the sentences of each layer; no line breaks between a minus and what it is before."""
    return [
        (layer, [text.replace(MINUS, f"{MINUS}\N{WORD JOINER}") for _, text in own])
        for layer, own in groupby(said, key=itemgetter(0))
    ]


def _breaks(name: str) -> Markup:
    """Return a name that may break where its words end."""
    return Markup("<wbr>").join(re.split(r"(?<=[._])", name))


def _indented(text: str) -> list[tuple[int, str]]:
    """Return the lines of a text, and how far each is indented."""
    return [(len(line) - len(line.lstrip(" ")), line.lstrip(" ")) for line in text.split("\n")]


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {
        "spoken": spoken,
        "sameness": sameness_text,
        "breaks": _breaks,
        "indented": _indented,
    }
    made.globals |= {"value": value_text}
    return made


def _scripts(*, drawing: bool) -> list[str]:
    """Return the scripts; without a chart nothing is needed to draw one."""
    own = (_FOLDER / "page.js").read_text(encoding="utf-8")
    return [*(resources.vega() if drawing else ()), own]


def _security(scripts: Sequence[str]) -> str:
    """Return what the page may do: fetch nothing, and run these scripts."""
    digests = (b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts)
    listed = " ".join(f"'sha256-{each}'" for each in digests)
    return f"default-src 'none'; script-src {listed}; style-src 'unsafe-inline'"
