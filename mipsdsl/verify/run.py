"""All questions about a program answered: in parallel, the quick ones first, each only once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from time import time
from typing import Any

from attrs import frozen

from mipsdsl import kept
from mipsdsl.core import nodes as c
from mipsdsl.core.reads import dependencies
from mipsdsl.core.strata import schema_of
from mipsdsl.engines.schema import Target, group_list
from mipsdsl.engines.solver.attempt import Never
from mipsdsl.verify.judge import Judge, Verdict
from mipsdsl.verify.questions import Asked, Kind, Settled, questions
from mipsdsl.verify.report import Result, result, settled

PASSES = (0.4, 2.5)
"""Seconds for a question at first, and then; what is left open has the whole limit in the end."""

SPENT = "the time of the whole run was spent"


@frozen
class Limits:
    """``seconds`` for each question, ``budget`` for the run; lists of at most ``rows`` rows."""

    seconds: float = 10.0
    budget: float = 50.0
    rows: int = 3
    jobs: int = 0


_JUDGES: list[tuple[Judge, Sequence[Asked | Settled]]] = []
"""Of a worker: its judge and the questions of its program."""


def verified(
    program: c.Program, limits: Limits, version: str, match: str = ""
) -> tuple[Result, ...]:
    """Return what is known of every question about ``program``, in the order they are asked.

    ``match``: only of those that have this in their name. ``version``: of the code that answers.
    """
    asked = tuple(questions(program))
    wanted = [i for i, each in enumerate(asked) if match.lower() in each.name.lower()]
    cache = _Cache(program, limits, version)
    found: dict[int, Result] = {}
    for index in wanted:
        each = asked[index]
        known = settled(each) if isinstance(each, Settled) else cache.get(each)
        if known is not None:
            found[index] = known
    todo = [index for index in wanted if index not in found]
    end = time() + limits.budget
    for index, answer in _answered(program, limits, asked, todo, end):
        found[index] = answer
        each = asked[index]
        if isinstance(each, Asked) and (answer.is_final or answer.seconds > limits.seconds / 2):
            cache.put(each, answer)
    cache.close(keep=len(wanted) < len(asked))
    return tuple(found[index] for index in wanted)


def _answered(
    program: c.Program, limits: Limits, asked: Sequence[Asked | Settled], todo: Sequence[int],
    end: float,
) -> Iterator[tuple[int, Result]]:  # fmt: skip
    if not todo:
        return
    jobs = limits.jobs or os.cpu_count() or 1
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(program, limits)) as pool:
        left = sorted(todo, key=lambda index: list(Kind).index(asked[index].kind))
        earlier: dict[int, Result] = {}
        for seconds in [*(x for x in PASSES if x < limits.seconds), limits.seconds]:
            running = {pool.submit(_answer, i, seconds, end): i for i in left}
            left = []
            for future in as_completed(running):
                index, answer = running[future], future.result()
                if answer.said == SPENT and index in earlier:
                    answer = earlier[index]
                elif not answer.is_final and seconds < _most(asked[index], limits):
                    earlier[index] = answer
                    left.append(index)
                    continue
                yield index, answer
            left.sort(key=lambda index: list(Kind).index(asked[index].kind))


def _most(asked: Asked | Settled, limits: Limits) -> float:
    """Return the seconds that a question may have: a claim all, what only asks for somebody less."""
    is_quick = asked.kind in (Kind.CASE, Kind.PARAMETER)
    return min(PASSES[-1], limits.seconds) if is_quick else limits.seconds


# --- in a worker -----------------------------------------------------------------------------------


def _start(program: c.Program, limits: Limits) -> None:
    judge = Judge(program, limits.seconds, limits.rows)
    _JUDGES.append((judge, tuple(questions(program))))


def _answer(index: int, seconds: float, end: float) -> Result:
    judge, asked = _JUDGES[-1]
    each = asked[index]
    if isinstance(each, Settled):
        return settled(each)
    left = end - time()
    if left <= 0:
        return Result(
            each.kind, each.name, Verdict.UNKNOWN, None, SPENT, each.place, is_final=False
        )
    answer = judge.answer(each.question, min(seconds, left), may_give=each.wants_person)
    return result(each, answer, judge.program)


# --- what is known from before ---------------------------------------------------------------------


class _Cache:
    """Verdicts by what they depend on: the question, and the rules that it leads to."""

    def __init__(self, program: c.Program, limits: Limits, version: str) -> None:
        self._limits, self._version = limits, version
        self._cones = Cones(program)
        head = f"{program.year} {program.paying} {program.title} {limits.rows}"
        name = hashlib.sha256(head.encode()).hexdigest()[:32]
        self._file: Path | None = None
        if not kept.is_off():
            self._file = kept.folder("verdicts") / f"{name}.json"
        known = kept.load(self._file, lambda data: dict(data["verdicts"])) or {}
        self._known: dict[str, Any] = known
        self._used: dict[str, Any] = {}

    def get(self, asked: Asked) -> Result | None:
        """Return what was found before."""
        key = self._key(asked)
        line = self._known.get(key)
        if line is None:
            return None
        verdict, is_well, said, seconds, is_final, limit = line
        if not is_final and limit < self._limits.seconds:
            return None
        self._used[key] = line
        return Result(asked.kind, asked.name, Verdict(verdict), is_well, said, asked.place, seconds)

    def put(self, asked: Asked, found: Result) -> None:
        """Keep what was found."""
        self._used[self._key(asked)] = [
            found.verdict.value, found.is_well, found.said, found.seconds, found.is_final,
            self._limits.seconds,
        ]  # fmt: skip

    def close(self, *, keep: bool) -> None:
        """Write what was used or found in this run.

        ``keep``: the rest too, as not everything was asked; else it is of rules that are no more.
        """
        verdicts = {**self._known, **self._used} if keep else self._used
        if verdicts != self._known:
            kept.store(self._file, {"verdicts": verdicts})

    def _key(self, asked: Asked) -> str:
        digest = hashlib.sha256(self._version.encode())
        question = asked.question
        text = repr(question) if isinstance(question, Never) else repr(question.claim)
        digest.update(text.encode())
        digest.update(self._cones.digest(question).encode())
        digest.update(str(asked.wants_person).encode())
        return digest.hexdigest()


class Cones:
    """What the items that a question leads to say, as a digest."""

    def __init__(self, program: c.Program) -> None:
        """Learn what each item reads."""
        self._schema = schema_of(program.records, program.items)
        self._program = program
        shared = repr((program.records, program.choices, program.ensures)).encode()
        self._shared = hashlib.sha256(shared).hexdigest()
        self._own = {
            (item.record, item.name): hashlib.sha256(repr(item.expr).encode()).hexdigest()
            for item in program.items
        }
        self._groups = {r.name: r.grouping for r in program.records if r.grouping is not None}
        self._reach: dict[Target, frozenset[Target]] = {}
        for item in program.items:
            # In the order of the program each comes after all that it reads.
            self._reach[item.record, item.name] = self._closure(item.expr, item.record) | {
                (item.record, item.name)
            }

    def _closure(self, expr: c.Expr, record: str) -> frozenset[Target]:
        found: set[Target] = set()
        for read in dependencies(expr, record, self._schema):
            found |= self._reach.get((read.record, read.name), frozenset())
            found |= self._of_groups(read.record, read.name)
        return frozenset(found)

    def _of_groups(self, record: str, name: str) -> frozenset[Target]:
        """Return what the groups depend on that are read."""
        found: set[Target] = set()
        for owner, grouping in self._groups.items():
            made = (grouping.parent, group_list(self._record(owner)))
            if record == owner or (record, name) == made:
                child = self._schema.listed(grouping.parent, grouping.list_name)
                found |= self._reach.get((child, grouping.by), frozenset())
                if grouping.joined is not None:
                    found |= self._closure(grouping.joined, child)
        return frozenset(found)

    def _record(self, name: str) -> c.Record:
        return next(record for record in self._program.records if record.name == name)

    def digest(self, question: Any) -> str:  # noqa: ANN401 - a question
        """Return a digest of all that the answer to ``question`` depends on."""
        exprs = [question.bad] if isinstance(question, Never) else [
            question.claim.effect, question.claim.when,
        ]  # fmt: skip
        targets = {x for expr in exprs for x in self._closure(expr, question.record)}
        texts = [f"{target}{self._own[target]}" for target in sorted(targets)]
        return hashlib.sha256("\n".join([self._shared, *texts]).encode()).hexdigest()
