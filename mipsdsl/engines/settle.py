"""What every engine does before it runs a plan."""

from __future__ import annotations

from mipsdsl.engines.plan import Plan
from mipsdsl.engines.store import Store


def settle(store: Store, plan: Plan) -> None:
    """Put missing where an item is neither given nor to be computed, and see that the plan fits.

    Raises:
        ValueError: the plan was made for other data: it takes as given what these rows lack.

    """
    for record, name in plan.absent:
        slot = store.schema.layouts[record].slots[name]
        rows = store.rows[record]
        for number in store.lacking.get((record, name), ()):
            rows[number][slot] = None
    needed = {(step.record, name) for step in plan.steps for name in step.items}
    for target in store.partial & set(plan.outputs):
        if target not in needed and target not in plan.absent:
            raise ValueError(f"the plan takes {'.'.join(target)} as given, and some rows lack it")
