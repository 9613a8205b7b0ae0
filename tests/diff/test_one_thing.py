"""The history of one thing compares that alone, and finds what comparing everything finds."""

from __future__ import annotations

from mipsdsl.diff import Kind, diff
from mipsdsl.diff.compare import diff_of
from mipsdsl.diff.history import years_of
from mipsdsl.diff.policy import part_of
from mipsdsl.diff.renames import renamed_by
from mipsdsl.diff.route import route, step
from mipsdsl.library import versions
from tests.diff.comparing import year


def test_one_thing_alone_has_the_changes_that_it_has_among_all() -> None:
    names = (versions("2018")[-1], versions("2019")[0])
    before, after = years_of([(name, year(name)) for name in names])
    way = step(after.sources, next(iter(after.symbols.records)))
    whole = diff(before.policy, after.policy, way.renamings, way.amendments)
    named = renamed_by(way.renamings, before.policy, before.symbols, after.symbols)
    changed = {x.key for x in whole.changes if x.kind is not Kind.RENAMED and x.key in after.policy}

    assert after.follows
    assert route(before.sources, after.sources) == way
    assert changed
    # What has another name, and no amendment says so, is found among all only.
    unsaid = {x.new for x in whole.changes if x.kind is Kind.RENAMED} - {key.name for key in named}
    for key in (key for key in after.policy if key.name not in unsaid):
        expected = [x for x in whole.changes if x.key == key and x.kind is not Kind.RENAMED]
        found = diff_of(key, part_of(named, key), after.policy, way.renamings, way.amendments)
        said = [(x.way, str(x.old), str(x.new), x.because, x.citations) for x in found]
        assert [(x.way, str(x.old), str(x.new), x.because, x.citations) for x in expected] == said
