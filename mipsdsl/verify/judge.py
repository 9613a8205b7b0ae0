"""A question answered: proved, refuted with a person, proved up to a bound, or not decided and why."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from time import process_time
from typing import Any

from attrs import define, evolve, field, frozen

from mipsdsl.core import nodes as c
from mipsdsl.core.reads import dependencies
from mipsdsl.core.strata import schema_of as reads_of
from mipsdsl.core.walk import expressions_in
from mipsdsl.engines.schema import Target, schema_of
from mipsdsl.engines.solver.attempt import Attempt, Question, Settings, attempt
from mipsdsl.engines.solver.codes import Codebook
from mipsdsl.engines.solver.encode import Depth, Freed
from mipsdsl.engines.solver.grids import Grids
from mipsdsl.engines.solver.probe import PLANES, Found
from mipsdsl.engines.solver.rows import Beyond
from mipsdsl.verify.cones import Cones, parts
from mipsdsl.verify.replay import Replay, differs, replay

ROUNDS = 200
"""So often a question is asked again, each time with more of the program computed."""

LONGER = 0.3
"""Seconds to look for somebody of whom nothing is given, when there is one of whom something is."""

SHORT = 2
"""A list of at most so many rows is taken to be as long from the beginning."""

AT_ONCE = 8
"""So few items are computed together; of more only those that bring in least."""


class Verdict(Enum):
    """What is known of a question."""

    PROVED = "proved"
    BOUNDED = "proved up to a bound"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@frozen
class Answer:
    """A verdict: of a refutation what the interpreter says, else the bound or why it is unknown."""

    verdict: Verdict
    why: str = ""
    replay: Replay | None = None
    bounds: tuple[tuple[Target, int], ...] = ()
    rounds: int = 0
    seconds: float = 0.0
    is_final: bool = True
    """Whether more time would change nothing."""
    reached: Reached | None = None
    """Of what is not final: where more time goes on."""


@frozen
class Reached:
    """How far a question was looked at: what was computed, how long lists were, what is proved."""

    depth: Depth
    most: int
    planes: int
    proved: Answer | None
    seconds: float


@define
class Judge:
    """Answers questions about one program. ``seconds`` for each; lists of at most ``rows`` rows."""

    program: c.Program
    seconds: float = 5.0
    rows: int = 3
    _codes: Codebook = field(init=False)
    _grids: Grids = field(init=False)
    _cones: Cones = field(init=False)
    _plain: frozenset[Target] = field(init=False)
    """The items that are cheap to compute: without places on starts and products of two unknowns."""

    def __attrs_post_init__(self) -> None:
        """Learn what all questions need."""
        self._codes = Codebook.of(self.program)
        self._grids = Grids(schema_of(self.program))
        self._cones = Cones(self.program)
        self._plain = frozenset(
            target for target, item in schema_of(self.program).items.items() if _is_plain(item)
        )

    def answer(
        self,
        question: Question,
        seconds: float | None = None,
        *,
        may_give: bool = False,
        reached: Reached | None = None,
    ) -> Answer:
        """Return what is known of ``question`` after so many ``seconds`` in all.

        ``may_give``: it is enough to find somebody of whom some results are given as data.
        ``reached``: where an earlier answer stopped; the seconds spent on it count.
        """
        limit = self.seconds if seconds is None else seconds
        spent = 0.0 if reached is None else reached.seconds
        started = process_time() - spent
        search = _Search(self, question, limit, started + limit, may_give)
        if reached is not None:
            search.depth, search.most = reached.depth, reached.most
            search.planes, search.proved = reached.planes, reached.proved
        try:
            found = search.run()
        except Beyond as beyond:
            found = Answer(Verdict.UNKNOWN, f"the solver does not know {beyond}")
        spent = round(process_time() - started, 3)
        return evolve(
            found, rounds=search.rounds, seconds=spent,
            reached=None if found.is_final else search.reached(spent),
        )  # fmt: skip


@define
class _Search:
    """One question, asked again with more computed as long as the answer may be an artefact."""

    judge: Judge
    question: Question
    seconds: float
    end: float
    may_give: bool
    given: Answer | None = None
    depth: Depth = field(factory=Depth)
    most: int = 1
    planes: int = 2
    rounds: int = 0
    proved: Answer | None = None

    def reached(self, seconds: float) -> Reached:
        """Return where to go on."""
        return Reached(self.depth, self.most, self.planes, self.proved, seconds)

    def run(self) -> Answer:
        """Return the verdict, if need be with what was found where results are given."""
        found = self._run()
        return self.given or found if found.verdict is Verdict.UNKNOWN else found

    def _run(self) -> Answer:
        schema = schema_of(self.judge.program)
        self.depth.items |= set(self._read_at_once())
        while self.rounds < ROUNDS:
            left = self.end - process_time()
            if left <= 0:
                return self.proved or Answer(Verdict.UNKNOWN, self._out_of_time(), is_final=False)
            self.rounds += 1
            bounds = dict.fromkeys(schema.lists, self.most) | _short_lists(self.judge.program)
            settings = Settings(left, bounds, self.planes)
            tried = attempt(
                schema, self.judge._codes, self.judge._grids, self.question, self.depth, settings
            )
            match tried.found:
                case Found.UNDECIDED:
                    return self.proved or Answer(
                        Verdict.UNKNOWN, self._undecided(tried), is_final=False
                    )
                case Found.NOBODY:
                    if not tried.bounded:
                        return Answer(Verdict.PROVED)
                    self.proved = Answer(
                        Verdict.BOUNDED,
                        bounds=tuple((x, self.most) for x in sorted(tried.bounded)),
                        is_final=self.most >= self.judge.rows,
                    )
                    if self.most >= self.judge.rows:
                        return self.proved
                    self.most += 1
                    continue
                case Found.SOMEBODY:
                    pass
            again = self._replayed(tried, giving=False)
            if again is not None and again.refutes:
                return Answer(Verdict.REFUTED, replay=again)
            if self.may_give and self.given is None:
                self._look_at_given(tried)
            if not self._deeper(tried, again):
                return self.proved or Answer(
                    Verdict.UNKNOWN, "whom the solver finds is no one that the data can hold"
                )
        return self.proved or Answer(Verdict.UNKNOWN, f"{ROUNDS} rounds were not enough")

    def _look_at_given(self, tried: Attempt) -> None:
        """Keep somebody of whom some results are given, and do not look for long for another."""
        again = self._replayed(tried, giving=True)
        if again is not None and again.refutes:
            names = dict.fromkeys(x.target[1] for x, _ in tried.freed[0] if x.expr is None)
            self.given = Answer(Verdict.REFUTED, f"given {', '.join(names)}", again)
            self.end = min(self.end, process_time() + LONGER)

    def _replayed(self, tried: Attempt, *, giving: bool) -> Replay | None:
        """Return what the interpreter makes of what was found; nothing of what no data may hold."""
        try:
            return replay(self.judge.program, self.question, tried, giving=giving)
        except (TypeError, ZeroDivisionError):
            return None

    def _read_at_once(self) -> Iterator[Target]:
        """Give the items that the question itself reads, and of those behind them the cheap ones."""
        program = self.judge.program
        reads = reads_of(program.records, program.items)
        items = schema_of(program).items
        for expr in parts(self.question):
            for read in dependencies(expr, self.question.record, reads):
                if (read.record, read.name) in items and not read.is_list:
                    yield read.record, read.name
        yield from self.judge._cones.reached(self.question) & self.judge._plain

    def _deeper(self, tried: Attempt, again: Replay | None) -> bool:
        """Compute what was taken to be another value than it is; whether there was something."""
        wrong = self._blamed(tried, again)
        if not wrong and any(tried.freed) and self.planes < PLANES:
            self.planes *= 3
            return True
        items = {each.target for each in wrong if each.expr is None} - self.depth.items
        if items:
            self.depth.items |= items if len(items) < AT_ONCE else self._nearest(items)
            return True
        exact = {each.target for each in wrong if each.expr is None} - self.depth.exact
        if exact:
            self.depth.exact |= exact
            return True
        lists = {x for each in wrong for x in each.lists} - self.depth.lists
        if lists:
            self.depth.lists |= lists
            return True
        if self.most < self.judge.rows and self.depth.lists:
            self.most += 1
            return True
        return False

    def _blamed(self, tried: Attempt, again: Replay | None) -> list[Freed]:
        """Return what has to be computed: what the solver had to take amiss, else all it did."""
        if again is None:
            return [each for run in tried.freed for each, _ in run]
        assert tried.probe is not None
        amiss = differs(again, tried)
        there = [(each, real) for each, real, is_there in amiss if is_there]
        for blamable in (self._plain(there), there):
            blamed = tried.probe.blame(blamable) if blamable else None
            if blamed is not None:
                return blamed
        return [each for each, _, _ in amiss]

    def _plain(self, amiss: list[tuple[Freed, Any]]) -> list[tuple[Freed, Any]]:
        """Return what is computed without lists and quotients of two unknowns, if not all is."""
        items = schema_of(self.judge.program).items
        plain = [
            (each, real) for each, real in amiss
            if each.expr is None and each.target not in self.depth.items
            and not any(
                isinstance(x, c.Position | c.Divide | c.Fold | c.Select)
                for x in expressions_in(items[each.target].expr)
            )
        ]  # fmt: skip
        return plain if len(plain) < len(amiss) else []

    def _nearest(self, items: set[Target]) -> set[Target]:
        """Return the items that bring in least that was not looked at before."""
        costs = {target: self._cost(target) for target in items}
        least = min(costs.values())
        return {target for target, cost in costs.items() if cost == least}

    def _cost(self, target: Target) -> int:
        program = self.judge.program
        item = schema_of(program).items[target]
        reads = set(dependencies(item.expr, item.record, reads_of(program.records, program.items)))
        new = {(x.record, x.name) for x in reads} & set(schema_of(program).items)
        return len(new - self.depth.items) + sum(x.is_list for x in reads)

    def _out_of_time(self) -> str:
        return f"{round(self.seconds, 1):g} seconds were not enough"

    def _undecided(self, tried: Attempt) -> str:
        return self._out_of_time() if tried.why in ("timeout", "canceled") else tried.why


def _is_plain(item: c.Item) -> bool:
    return not any(
        isinstance(x, c.Position | c.Divide | c.Select) or _is_product_of_unknowns(x)
        for x in expressions_in(item.expr)
    )


def _is_product_of_unknowns(expr: c.Expr) -> bool:
    return (
        isinstance(expr, c.Arithmetic)
        and expr.operator is c.Operator.MULTIPLY
        and not any(isinstance(x, c.Constant | c.Parameter) for x in (expr.left, expr.right))
    )


def _short_lists(program: c.Program) -> dict[Target, int]:
    """Return the lists of so few rows that they are looked at whole, as two that are compared."""
    return {
        (record.name, each.name): each.at_most
        for record in program.records for each in record.relations if each.at_most <= SHORT
    }  # fmt: skip
