"""A run: inputs into linked rows, what the outputs need, an engine over it, tables of results."""

from mipsdsl.scoring.factors import Factor, factors_of
from mipsdsl.scoring.lacks import advice, reason, refusal_text
from mipsdsl.scoring.outputs import (
    OutputError,
    Wanted,
    outputs_of,
    record_of_run,
    results_of,
    target_name,
)
from mipsdsl.scoring.planning import planned, with_parameters
from mipsdsl.scoring.results import (
    NATIONAL,
    Outcome,
    Scored,
    asked_by_record,
    guarded,
    guarding,
    looked_at,
    national,
    plain,
    score,
    shown_column,
)
from mipsdsl.scoring.world import Wish, World, computed_here, rows_where, run, to_be_given, world_of

__all__ = [
    "NATIONAL",
    "Factor",
    "Outcome",
    "OutputError",
    "Scored",
    "Wanted",
    "Wish",
    "World",
    "advice",
    "asked_by_record",
    "computed_here",
    "factors_of",
    "guarded",
    "guarding",
    "looked_at",
    "national",
    "outputs_of",
    "plain",
    "planned",
    "reason",
    "record_of_run",
    "refusal_text",
    "results_of",
    "rows_where",
    "run",
    "score",
    "shown_column",
    "target_name",
    "to_be_given",
    "with_parameters",
    "world_of",
]
