"""The interpreter gives programs their meaning."""

from __future__ import annotations

from collections.abc import Collection

from mipsdsl.engines.frames import Frame
from mipsdsl.engines.interpreter import Interpreter
from mipsdsl.engines.plan import Plan, Population, Populations, requirements
from mipsdsl.engines.rows import link
from mipsdsl.engines.store import Store
from tests.engines import worlds as w

COMPUTED: Populations = {"mean": Population.COMPUTE}


def plan_of(data: dict[str, Frame], outputs: Collection[tuple[str, str]], store: Store) -> Plan:
    return requirements(w.scoring(), w.available(data), outputs, COMPUTED, store.partial)


def test_a_world_is_scored() -> None:
    data, program = w.scoring_data(), w.scoring()
    store = link(program, data)
    Interpreter(program, store, COMPUTED).run(plan_of(data, [("submission", "above")], store))
    step = 10**12

    # A 50% of 3, B 90% of 1, Z (in no catalogue) 90% of 1, Q 10% of 1: the best two are A and B.
    assert [24 * step // 10, 0, 0] == store.column("submission", "total")
    assert [10 * step // 10, 25 * step // 10, 0] == store.column("measure_set", "total")
    assert [49 * step // 10, 0, 0] == store.column("submission", "final")
    assert store.populations == {"mean": 1633333333333}
