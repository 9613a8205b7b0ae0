"""The peers of the benchmarks say what the fractions say: who is wrong is not timed."""

from __future__ import annotations

from shutil import which

import numpy as np
import pytest

from benchmarks import exact
from benchmarks.many import BLOCK, as_dictionaries, many, table_of
from benchmarks.peers import with_c, with_duckdb, with_numpy, with_polars
from benchmarks.peers.outputs import OUTPUTS

NUMBER = 600
PEOPLE = many(NUMBER)
NO_COMPILER = pytest.mark.skipif(which("gcc") is None, reason="there is no C compiler here")


@pytest.mark.parametrize(
    "peer",
    [with_numpy, with_polars, with_duckdb, pytest.param(with_c, marks=NO_COMPILER)],
    ids=lambda peer: peer.__name__.rpartition(".")[2],
)
def test_every_output_is_that_of_the_fractions(peer) -> None:
    found = peer.columns_of(peer.prepare(PEOPLE)())
    table = table_of(PEOPLE)

    for row, person in enumerate(as_dictionaries(PEOPLE)):
        for name, value in exact.score(person, table).items():
            own = found[name][row]
            assert np.isnan(own) if value is None else abs(own - float(value)) < 1e-6, (row, name)
    assert set(OUTPUTS) <= set(found)


def test_a_smaller_number_is_the_beginning_of_a_larger_one() -> None:
    first, more = many(50), many(BLOCK + 50)

    assert all(
        (values == more.clinicians[name][:50]).all() for name, values in first.clinicians.items()
    )
    assert all(
        (values == more.measures[name][:50]).all() for name, values in first.measures.items()
    )
    assert len(more.clinicians["patients"]) == BLOCK + 50
