"""All mutants of a policy, tried on its examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.pipeline import Analysis
from mipsdsl.testing.mutation.equivalence import Equivalence, Same
from mipsdsl.testing.mutation.killing import Bench, survivors
from mipsdsl.testing.mutation.mutants import Mutant, mutants
from mipsdsl.testing.mutation.processes import in_processes
from mipsdsl.testing.mutation.suggest import Seeker, outcome
from mipsdsl.testing.suite import Suite

_SEED = 1848
_PART = 4
"""How many mutants a process asks the solver about at a time."""


@frozen(eq=False)
class Verdict:
    """What the examples of a policy notice.

    ``unnoticed``: changes that no example notices, though something tells them from the rules.
    ``alike``: changes that nothing was found to tell apart: probably they say the same; of those that
    are ``proved`` it is known, of everybody or with lists up to a bound (``bounded``). ``texts``:
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
    def share(self) -> Fraction:
        """Return the share of changes that are noticed, of those that can be told apart."""
        apart = self.tried - len(self.alike)
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
    found = outcome(Seeker(setting, bench, write), alive, jobs=jobs)
    alike = [mutant for mutant in alive if mutant.number in found.alike]
    told(f"{len(alike):,} that nothing was found to tell apart")
    said = _asked(program, alike, jobs)
    apart = {number for number, same in said.items() if same is Same.APART}
    unnoticed = tuple(x for x in alive if x.number not in found.alike or x.number in apart)
    left = tuple(mutant for mutant in unnoticed if mutant.number not in found.noticed)
    return Verdict(
        len(chosen), unnoticed, tuple(x for x in alike if x.number not in apart),
        found.by_file(), left if write else (),
        frozenset(number for number, same in said.items() if same is Same.PROVED),
        frozenset(number for number, same in said.items() if same is Same.BOUNDED),
    )  # fmt: skip


def _asked(program: c.Program, alike: Sequence[Mutant], jobs: int) -> dict[int, Same]:
    """Return what the solver says of each of ``alike``; nothing without the solver."""
    if not Equivalence.is_there():
        return {}
    parts = [alike[start : start + _PART] for start in range(0, len(alike), _PART)]
    found: dict[int, Same] = {}
    for part, said in in_processes(Equivalence(program).of_each, parts, jobs):
        found.update((mutant.number, same) for mutant, same in zip(part, said, strict=True))
    return found
