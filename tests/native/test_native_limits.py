"""What the native engine refuses rather than compute wrongly, and what it keeps for the next run."""

from __future__ import annotations

from pathlib import Path

import pytest

from mipsdsl.core import build as b
from mipsdsl.core import nodes as c
from mipsdsl.engines.columns import columns_of, stored_values
from mipsdsl.engines.frames import Frame
from mipsdsl.engines.native import NativeEngine, OutOfRange, compile_native
from mipsdsl.engines.rows import link
from tests.engines import worlds as w
from tests.engines.running import computed, plan_for


def test_a_value_beyond_what_the_program_says_of_it_is_refused() -> None:
    of = w.program(
        [w.record("thing", ("id",), [w.column("id", w.TEXT), w.column("y", w.NUMBER)])],
        [w.item("thing", "square", w.NUMBER, _square(w.read(w.HERE, "y", w.NUMBER, 4)))],
    )
    data = {"thing": Frame(("id", "y"), [["T", 20_000_000]])}
    plan = plan_for(of, data)

    with pytest.raises(OutOfRange, match=r"thing\.square"):
        NativeEngine(of, columns_of(link(of, data)), computed(of)).run(plan)


def _square(expr: c.Expr) -> c.Expr:
    return b.arithmetic(c.Operator.MULTIPLY, expr, expr, w.NUMBER)


def _divided(of: c.Expr) -> c.Item:
    one = b.constant(1, 0, w.NUMBER)
    return w.item("thing", "part", w.NUMBER, b.divide(one, of, None, w.NUMBER))


def test_a_divisor_that_was_never_to_be_zero_and_is_stops_the_run() -> None:
    of = w.program(
        [w.record("thing", ("id",), [w.column("id", w.TEXT), w.column("y", w.NUMBER)])],
        [_divided(w.read(w.HERE, "y", w.NUMBER, 4))],
    )
    data = {"thing": Frame(("id", "y"), [["S", 5], ["T", 0]])}

    with pytest.raises(ZeroDivisionError, match="thing"):
        NativeEngine(of, columns_of(link(of, data)), computed(of)).run(plan_for(of, data))


def test_code_that_was_made_well_is_kept_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MIPS_NO_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    of, data = w.scoring(), w.scoring_data()
    plan = plan_for(of, data)
    found = []
    for thorough in (False, True, False):
        compiled = compile_native(of, plan, thorough=thorough)
        store = columns_of(link(of, data))
        NativeEngine(of, store, computed(of)).run(plan, compiled)
        found.append(
            [stored_values(store, target) for target in plan.outputs if target[0]]
            + [sorted(store.populations.items())]
        )
    assert found[0] == found[1] == found[2]
    assert compiled.is_thorough
    assert compiled.file is not None
    assert 0 == compiled.file.stat().st_mode & 0o077
    assert [compiled.file] == list(compiled.file.parent.iterdir())


def test_what_is_kept_and_is_not_ours_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MIPS_NO_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    of, data = w.scoring(), w.scoring_data()
    plan = plan_for(of, data)
    kept = compile_native(of, plan, thorough=True).file
    assert kept is not None

    kept.chmod(0o666)
    assert not compile_native(of, plan).is_thorough

    kept.chmod(0o600)
    assert compile_native(of, plan).is_thorough

    kept.write_text(kept.read_text().replace("AAAA", "BBBB", 1))
    assert not compile_native(of, plan).is_thorough
