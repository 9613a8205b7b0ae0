"""All mutants of a policy, tried on its examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.pipeline import Analysis
from mipsdsl.testing.mutation.equivalence import Equivalence, Same
from mipsdsl.testing.mutation.killing import Bench, survivors
from mipsdsl.testing.mutation.mutants import Mutant, mutants
from mipsdsl.testing.mutation.processes import in_processes
from mipsdsl.testing.mutation.suggest import Seeker, outcome
from mipsdsl.testing.suite import Suite

if TYPE_CHECKING:
    from mipsdsl.testing.mutation.known import Known

_SEED = 1848
_PART = 4
"""How many mutants a process asks the solver about at a time."""


@frozen(eq=False)
class Verdict:
    """What the examples of a policy notice.

    ``unnoticed``: changes that no example notices, though something tells them from the rules.
    ``alike``: changes that nothing was found to tell apart; of those that are ``proved`` it is known
    that they say the same, of everybody or with lists up to a bound (``bounded``). ``texts``:
    examples that notice what none did, by the file of the rules that they test; ``left``: changes
    for which none could be written.
    """

    tried: int
    unnoticed: tuple[Mutant, ...]
    alike: tuple[Mutant, ...]
    texts: dict[str, str]
    left: tuple[Mutant, ...]
    proved: frozenset[int] = frozenset()
    bounded: frozenset[int] = frozenset()

    @property
    def noticed(self) -> int:
        """Return how many changes some example notices."""
        return self.tried - len(self.unnoticed) - len(self.alike)

    @property
    def open(self) -> tuple[Mutant, ...]:
        """Return the changes that nothing tells from the rules, and nobody proved to be the same."""
        return tuple(x for x in self.alike if x.number not in self.proved | self.bounded)

    @property
    def share(self) -> Fraction:
        """Return the share of changes that are noticed, of those not proved to say the same."""
        apart = self.tried - len(self.proved) - len(self.bounded)
        return Fraction(self.noticed, apart) if apart else Fraction(1)


def try_mutants(
    analysis: Analysis,
    suite: Suite,
    *,
    many: int | None = None,
    write: bool = False,
    jobs: int = 1,
    told: Callable[[str], None] = lambda _: None,
) -> Verdict:
    """Return what the examples of ``suite``, which all passed, notice of the changes of a policy.

    ``many``: only so many changes, by chance but always the same. ``write``: examples are suggested.
    """
    program, setting = analysis.program, suite.setting
    assert program is not None, "only a policy that compiles can be changed"
    assert setting is not None, "its tests have run"
    chosen = list(mutants(program))
    if many is not None and many < len(chosen):
        kept = sorted(Random(_SEED).sample(range(len(chosen)), many))
        chosen = [chosen[index] for index in kept]
    bench = Bench.of(program, suite.scenes)
    told(f"{len(chosen):,} changes of the rules")
    alive = survivors(bench, chosen, jobs=jobs)
    told(f"{len(alive):,} that no example notices")
    known = _kept(program)
    said = {} if known is None else known.of(alive)
    searched = [x for x in alive if write or x.number not in said]
    found = outcome(Seeker(setting, bench, write), searched, jobs=jobs)
    said.update((x.number, Same.APART) for x in searched if x.number not in found.alike)
    rest = [x for x in alive if x.number not in said]
    told(f"{len(rest):,} that nothing was found to tell apart")
    if known is not None:
        said.update(_asked(program, rest, jobs))
        known.keep(alive, said, rest=many is not None)
    unnoticed = tuple(x for x in alive if said.get(x.number) is Same.APART)
    left = tuple(mutant for mutant in unnoticed if mutant.number not in found.noticed)
    return Verdict(
        len(chosen), unnoticed, tuple(x for x in alive if said.get(x.number) is not Same.APART),
        found.by_file(), left if write else (),
        frozenset(number for number, same in said.items() if same is Same.PROVED),
        frozenset(number for number, same in said.items() if same is Same.BOUNDED),
    )  # fmt: skip


def _kept(program: c.Program) -> Known | None:
    """Return what earlier runs found; nothing without the solver, which alone can prove."""
    if not Equivalence.is_there():
        return None
    from mipsdsl.testing.mutation.known import Known

    return Known(program)


def _asked(program: c.Program, alike: Sequence[Mutant], jobs: int) -> dict[int, Same]:
    """Return what the solver says of each of ``alike``."""
    parts = [alike[start : start + _PART] for start in range(0, len(alike), _PART)]
    found: dict[int, Same] = {}
    for part, said in in_processes(Equivalence(program).of_each, parts, jobs):
        found.update((mutant.number, same) for mutant, same in zip(part, said, strict=True))
    return found
