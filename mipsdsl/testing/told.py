"""The examples of a policy as rows, for those who look for somebody among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mipsdsl.diagnostics import Report
from mipsdsl.pipeline import analyse
from mipsdsl.source import Source
from mipsdsl.syntax import nodes as n
from mipsdsl.testing.scenes import worlds
from mipsdsl.testing.world import setting
from mipsdsl.verify.shown import Told


def told(sources: Sequence[Source]) -> Iterator[Told]:
    """Give the worlds of the examples of a policy that compiles; mistaken ones are left out."""
    analysis = analyse(sources)
    if analysis.program is None:
        return
    usuals = [test for test in analysis.symbols.tests if isinstance(test, n.Usual)]
    shared = setting(analysis.program, usuals, Report())
    for test in analysis.symbols.tests:
        if isinstance(test, n.Example | n.Examples):
            for world in worlds(test, shared):
                yield Told(test.text, world.rows, world.populations)
