"""What can be proved of each output of two policies: the same for everyone, or not.

First what needs no solver: what is the same in both with all that it rests on; then who was seen to
have another outcome. Of the rest the solver is asked, from what rests on nothing else up: what it
proves to be alike is one thing for all that reads it. Whom it refutes with is tried as others are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from time import process_time

from attrs import define, field, frozen

from mipsdsl.core.merge import blank
from mipsdsl.core.nodes import ItemKind
from mipsdsl.core.types import QUANTITIES
from mipsdsl.diff.change import Effect, Kind
from mipsdsl.diff.laws import targets_of
from mipsdsl.diff.policy import Key
from mipsdsl.engines.schema import LAYOUT, Target
from mipsdsl.engines.solver.attempt import Never
from mipsdsl.explain.sentences import value_text
from mipsdsl.impact.answers import Proof, Proofs, Sameness
from mipsdsl.impact.breed import Breeder
from mipsdsl.impact.law import People, open_factors
from mipsdsl.impact.pairing import Pairing, as_it_was, pairing
from mipsdsl.impact.trial import HIDDEN, Trial, outputs_of
from mipsdsl.impact.unless import Condition, conditions
from mipsdsl.verify.judge import Answer, Judge, Verdict

FIRST = 0.25
"""Seconds for the question whether something on the way to an output is the same."""
MEANING = 0.5
"""Seconds for the question whether a rule of another text means the same."""
ON_THE_WAY = 0.5
"""So much of the time is for these; the rest is for the outputs themselves."""
CONDITION = 0.75
"""Seconds for the question whether an output is the same but under a condition."""
CONDITIONED = 0.5
"""So much of the time again is for the conditions that outputs differ under."""
CONDITIONS = 6
"""So many conditions are tried of an output."""
BUDGET = 12.0
"""Seconds of a processor for all proofs, unless more are given."""
MORE = 3
FEW_ROUNDS = 4
"""So many generations are bred before the solver is asked: most that differs is seen by then."""
ROUNDS = 2
"""So many are bred toward what the solver leaves open."""
SPENT = "the time for all proofs was spent"
ROWS_APART = "each policy makes other rows of a record that it looks at"


@frozen
class Limits:
    """``seconds`` of one question, ``budget`` of all; lists of at most ``rows`` rows.

    With a greater budget more generations are bred, too, up to ``MORE`` times as many.
    """

    seconds: float = 3.0
    budget: float = BUDGET
    rows: int = 3

    def generations(self, usual: int) -> int:
        """Return how many generations are bred where it is usual to breed so many."""
        return round(usual * min(max(1, self.budget / BUDGET), MORE))


def proofs(tried: Trial, limits: Limits | None = None) -> Proofs:
    """Return what is known of each output.

    Raises:
        ImportError: Z3 is not installed (the extra ``verify``).

    """
    if tried.laws.merged is None:
        why = f"the two cannot be one program: {tried.laws.apart}"
        unknown = (Proof(*x, Sameness.UNKNOWN, why) for x in outputs_of(tried.laws))
        return Proofs(tuple(unknown), ())
    return Prover.of(tried, limits or Limits()).all()


@define(eq=False)
class Prover:
    """What is known so far: ``pairs`` has apart what may still be another under each policy."""

    trial: Trial
    limits: Limits
    pairs: Pairing
    rules: dict[Key, list[Target]]
    end: float
    bounds: dict[Target, dict[Target, int]] = field(factory=dict)
    why: dict[Target, str] = field(factory=dict)
    _judge: Judge | None = None
    _breeder: Breeder | None = None

    @classmethod
    def of(cls, trial: Trial, limits: Limits) -> Prover:
        """Return a prover for what ``trial`` compares."""
        rules = dict(_rewritten(trial))
        pairs = pairing(trial.laws, rules.values())
        return cls(trial, limits, pairs, rules, process_time() + limits.budget)

    @property
    def stock(self) -> tuple[People, ...]:
        """Return those who were tried and show most: examples, and who was bred."""
        return tuple(self.trial.examples if self._breeder is None else self._breeder.stock)

    def all(self) -> Proofs:
        """Return what is known of all outputs, and which rules mean what they meant."""
        outputs = outputs_of(self.trial.laws)
        reworded = tuple(key for key, targets in self.rules.items() if self._means(targets))
        waiting = [x for x in outputs if self._is_open(x)]
        waiting = self._breed(waiting, self.limits.generations(FEW_ROUNDS))
        half = process_time() + ON_THE_WAY * self.limits.budget
        for target in self._on_the_way(waiting):
            if self._is_open(target) and process_time() < half:
                self._ask(target, min(FIRST, self.limits.seconds))
        for target in waiting:
            if self._is_open(target):
                self._ask(target, self.limits.seconds)
        self._breed(waiting, self.limits.generations(ROUNDS))
        # What outputs differ by is looked for in a time of its own.
        self.end = max(self.end, process_time() + CONDITIONED * self.limits.budget)
        return Proofs(tuple(self._proof(x) for x in outputs), reworded)

    def _breed(self, targets: Sequence[Target], rounds: int) -> list[Target]:
        """Look for people of whom ``targets`` differ; return those of whom nobody is known then."""
        started = process_time()
        left = [x for x in targets if self._is_open(x)]
        for _ in range(rounds if left else 0):
            if self._breeder is None:
                self._breeder = Breeder.of(self.trial, left)
            self._breeder.round(left)
            left = [x for x in left if self._is_open(x)]
            if not left:
                break
        # The time for proofs is the solver's.
        self.end += process_time() - started
        return left

    def _is_open(self, target: Target) -> bool:
        """Return whether nothing is known yet, and something can be."""
        return (
            target in self.pairs.open
            and target not in self.trial.seen
            and target not in self.pairs.apart
        )

    def _on_the_way(self, outputs: Iterable[Target]) -> list[Target]:
        """Return what the outputs rest on and what can be asked about, in the order of its needs."""
        reached: set[Target] = set()
        for target in outputs:
            reached |= self.pairs.cone(target)
        items = self.pairs.items
        return [
            x for x in items
            if x in reached and x not in set(outputs) and x[0] and items[x].kind not in HIDDEN
        ]  # fmt: skip

    # --- the solver ---

    def _ask(self, target: Target, seconds: float) -> None:
        """Learn whether the item of both is the same for everyone."""
        answer = self._answer(self.pairs.question(target), seconds)
        if answer.verdict in (Verdict.PROVED, Verdict.BOUNDED):
            self.bounds[target] = dict(answer.bounds) | self.bounds_of(target)
            self.pairs.settle(target)
            self._judge = None
        elif answer.verdict is Verdict.REFUTED:
            self._try(answer)
            self.why[target] = "who the solver found has the same under both policies"
        else:
            self.why[target] = answer.why

    def _answer(self, question: Never, seconds: float) -> Answer:
        left = self.end - process_time()
        if left <= 0:
            return Answer(Verdict.UNKNOWN, SPENT, is_final=False)
        if self._judge is None:
            self._judge = Judge(self.pairs.program, seconds, self.limits.rows)
        return self._judge.answer(question, min(seconds, left))

    def _try(self, answer: Answer) -> None:
        """Look at who the solver found under both policies."""
        found = _people(answer, self.trial)
        self.trial.look([found])
        if self._breeder is not None:
            self._breeder.stock.append(found)

    def _means(self, targets: Iterable[Target]) -> bool:
        """Return whether the old text of a rule means what the new one does."""
        items = self.pairs.items
        for target in targets:
            one, other = items[as_it_was(target)], items[target]
            if blank(one.expr) == blank(other.expr):
                continue
            if other.kind in HIDDEN:
                if other.kind is not ItemKind.ROW:
                    return False
                continue
            answer = self._answer(self.pairs.meaning(target), min(MEANING, self.limits.seconds))
            if answer.verdict is not Verdict.PROVED:
                return False
        return True

    # --- in words ---

    def _proof(self, target: Target) -> Proof:
        laws = self.trial.laws
        record, name = target
        olds, news = ({(i.record, i.name) for i in p.items} for p in (laws.old, laws.new))
        if target not in olds or target not in news:
            which = "older" if target in olds else "newer"
            return Proof(record, name, Sameness.DIFFERS, f"only the {which} policy has it")
        if target not in self.pairs.open:
            return Proof(record, name, Sameness.SAME, bound=_bound(self.bounds_of(target)))
        if target in self.trial.seen:
            return self._differs(target)
        why = ROWS_APART if target in self.pairs.apart else self.why.get(target, SPENT)
        return Proof(record, name, Sameness.UNKNOWN, why)

    def _differs(self, target: Target) -> Proof:
        record, name = target
        if target not in self.pairs.apart:
            for condition in self._conditions(target):
                answer = self._otherwise(target, condition)
                if answer.verdict in (Verdict.PROVED, Verdict.BOUNDED):
                    bound = _bound(dict(answer.bounds) | self.bounds_of(target))
                    return Proof(record, name, Sameness.UNLESS, condition.said, bound)
        first = min(self.trial.seen[target], key=lambda x: sum(map(len, x.people.rows.values())))
        item = self.pairs.items[target]
        scale = item.shape.scale if item.type.unit in QUANTITIES and item.shape else None
        one, other = (value_text(x, item.type, scale) for x in (first.before, first.after))
        return Proof(record, name, Sameness.DIFFERS, f"{one} → {other} for one of those tried")

    def _conditions(self, target: Target) -> Iterator[Condition]:
        """Give conditions that nobody refutes who was tried, nor whom the solver brought meanwhile."""
        given: set[str] = set()
        while len(given) < CONDITIONS:
            found = conditions(self.trial, target, self.pairs)
            new = next((each for each in found if each.said not in given), None)
            if new is None:
                return
            given.add(new.said)
            yield new

    def _otherwise(self, target: Target, condition: Condition) -> Answer:
        """Return whether the output is the same for everyone for whom ``condition`` does not hold."""
        question = Never(target[0], condition.but_not(self.pairs.differs(target)))
        answer = self._answer(question, min(CONDITION, self.limits.seconds))
        if answer.verdict is Verdict.REFUTED:
            self._try(answer)
        return answer

    def bounds_of(self, target: Target) -> dict[Target, int]:
        """Return how long lists were taken to be in the proofs that ``target`` rests on."""
        found: dict[Target, int] = {}
        for each in self.pairs.reach(target):
            found |= self.bounds.get(each, {})
        return found


def _bound(bounds: dict[Target, int]) -> str:
    if not bounds:
        return ""
    lists = ", ".join(f"{record}.{name}" for record, name in sorted(bounds))
    return f"lists of at most {min(bounds.values())}: {lists}"


def _rewritten(trial: Trial) -> Iterator[tuple[Key, list[Target]]]:
    """Give the rules, tables and scales of another text, with the items that they are."""
    difference, laws = trial.difference, trial.laws
    olds, news = ({(i.record, i.name) for i in p.items} for p in (laws.old, laws.new))
    for change in difference.changes:
        if change.kind is not Kind.CHANGED or change.key.what not in WRITTEN:
            continue
        if change.effect is Effect.TEXT or change.key not in difference.new:
            continue
        targets = list(targets_of(change.key, difference.new[change.key]))
        there = [x for x in targets if x in news]
        if there and all(x in olds for x in there):
            yield change.key, there


WRITTEN = frozenset({"rule", "table", "scale"})


def _people(answer: Answer, trial: Trial) -> People:
    """Return who the solver found, as people to be tried."""
    assert answer.replay is not None
    engine = answer.replay.engines[0]
    rows = {
        record.name: [
            {f.name: row[row[LAYOUT].slots[f.name]] for f in record.fields}
            for row in engine.store.rows.get(record.name, ())
            if not engine.store.is_created(row)
        ]
        for record in trial.candidates.program.records
        if record.grouping is None
    }
    factors = open_factors(trial.laws)
    said = {
        name: engine.population(name) for name in factors if ("", name) in engine.store.schema.items
    }
    return People(rows, said)
