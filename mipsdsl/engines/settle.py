"""What every engine does before it runs a plan."""

from __future__ import annotations

from mipsdsl.engines.plan import Plan
from mipsdsl.engines.store import Store


def settle(store: Store, plan: Plan) -> None:
    """See that a plan fits the rows.

    Raises:
        ValueError: the plan was made for other data: it takes as given what these rows lack.

    """
    needed = {(step.record, name) for step in plan.steps for name in step.items}
    for target in store.partial & set(plan.outputs):
        if target not in needed:
            raise ValueError(f"the plan takes {'.'.join(target)} as given, and some rows lack it")
