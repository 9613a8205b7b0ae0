"""All questions about a program answered: in parallel, the quick ones first, each only once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from itertools import islice
from time import process_time

from attrs import evolve, frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.solver.attempt import Never
from mipsdsl.verify.chance import somebody
from mipsdsl.verify.judge import Answer, Judge, Reached, Verdict
from mipsdsl.verify.questions import Asked, Kind, Settled, questions
from mipsdsl.verify.report import Result, result, settled
from mipsdsl.verify.shown import Examples, shown
from mipsdsl.verify.verdicts import Verdicts

PASSES = (0.4, 2.5)
"""Seconds for a question at first, and then; what is left open has the whole limit in the end."""

SPENT = "the time of the whole run was spent"


@frozen
class Limits:
    """``seconds`` for each question, ``budget`` for all that one process is asked.

    Both are of a processor, so that a busy machine decides as much as a free one, only later. Lists
    are of at most ``rows`` rows.
    """

    seconds: float = 10.0
    budget: float = 40.0
    rows: int = 3
    jobs: int = 0


_JUDGES: list[tuple[Judge, Sequence[Asked | Settled], float]] = []
"""Of a worker: its judge, the questions of its program, and when its processor time is spent."""


def verified(
    program: c.Program, limits: Limits, version: str, match: str = "",
    examples: Examples | None = None,
) -> tuple[Result, ...]:  # fmt: skip
    """Return what is known of every question about ``program``, in the order they are asked.

    ``match``: only of those that have this in their name. ``version``: of the code that answers.
    ``examples``: of the policy; who is in them need not be looked for.
    """
    asked = tuple(questions(program))
    wanted = [i for i, each in enumerate(asked) if match.lower() in each.name.lower()]
    cache = Verdicts(program, limits.rows, version)
    found: dict[int, Result] = {}
    for index in wanted:
        each = asked[index]
        known = settled(each) if isinstance(each, Settled) else cache.get(each, _most(each, limits))
        if known is not None:
            found[index] = known
    todo = [index for index in wanted if index not in found]
    for index, answer in _answered(program, limits, asked, todo, examples):
        found[index] = answer
        each = asked[index]
        if isinstance(each, Asked) and answer.said != SPENT:
            cache.put(each, answer)
    cache.close(keep=len(wanted) < len(asked))
    return tuple(found[index] for index in wanted)


def _answered(
    program: c.Program, limits: Limits, asked: Sequence[Asked | Settled], todo: Sequence[int],
    examples: Examples | None,
) -> Iterator[tuple[int, Result]]:  # fmt: skip
    if not todo:
        return
    jobs = limits.jobs or os.cpu_count() or 1
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(program, limits)) as pool:
        wanted = [index for index in todo if _wanted([index], asked)]
        seen = _seen(pool, wanted, program.year, jobs, examples)
        for index in sorted(seen):
            each = asked[index]
            assert isinstance(each, Asked)
            yield index, result(each, Answer(Verdict.REFUTED, seen[index]), program)
        left = sorted(
            set(todo) - set(seen), key=lambda index: (list(Kind).index(asked[index].kind), index)
        )
        earlier: dict[int, tuple[Result, Reached | None]] = {}
        for seconds in [*(x for x in PASSES if x < limits.seconds), limits.seconds]:
            running = {
                pool.submit(_answer, i, seconds, earlier[i][1] if i in earlier else None): i
                for i in left
            }
            left = []
            for future in as_completed(running):
                index, (answer, reached) = running[future], future.result()
                if answer.said == SPENT and index in earlier:
                    answer = earlier[index][0]
                elif not answer.is_final and seconds < _most(asked[index], limits):
                    earlier[index] = answer, reached
                    left.append(index)
                    continue
                yield index, answer
            left.sort(key=lambda index: list(Kind).index(asked[index].kind))


def _seen(
    pool: Executor, wanted: Sequence[int], year: int, jobs: int, examples: Examples | None
) -> dict[int, str]:
    """Return the questions that want somebody who was seen: by chance, or in an example, named."""
    if not wanted:
        return {}
    found = pool.map(_chance, [wanted] * jobs, [year + 10_000 * job for job in range(jobs)])
    seen = {index: "" for each in found for index in each}
    left = [index for index in wanted if index not in seen]
    if examples is None or not left:
        return seen
    parts = [(job, jobs) for job in range(jobs)]
    for told in pool.map(_shown, [left] * jobs, [examples] * jobs, parts):
        seen.update(told)
    return seen


def _most(asked: Asked | Settled, limits: Limits) -> float:
    """Return the seconds that a question may have: a claim all, what only asks for somebody less."""
    is_quick = asked.kind in (Kind.CASE, Kind.PARAMETER)
    return min(PASSES[-1], limits.seconds) if is_quick else limits.seconds


# --- in a worker -----------------------------------------------------------------------------------


def _start(program: c.Program, limits: Limits) -> None:
    judge = Judge(program, limits.seconds, limits.rows)
    _JUDGES.append((judge, tuple(questions(program)), process_time() + limits.budget))


def _chance(wanted: Sequence[int], seed: int) -> list[int]:
    judge, asked, _ = _JUDGES[-1]
    return somebody(judge.program, _wanted(wanted, asked), seed)


def _shown(wanted: Sequence[int], examples: Examples, part: tuple[int, int]) -> dict[int, str]:
    """Look at each so manieth example, from one on."""
    judge, asked, _ = _JUDGES[-1]
    return shown(judge.program, _wanted(wanted, asked), islice(examples(), part[0], None, part[1]))


def _wanted(indexes: Sequence[int], asked: Sequence[Asked | Settled]) -> dict[int, Never]:
    """Return those of the questions that are well when there is somebody."""
    return {
        index: each.question for index in indexes
        if isinstance(each := asked[index], Asked) and each.wants_person
        and isinstance(each.question, Never)
    }  # fmt: skip


def _answer(index: int, seconds: float, reached: Reached | None) -> tuple[Result, Reached | None]:
    judge, asked, end = _JUDGES[-1]
    each = asked[index]
    assert isinstance(each, Asked), "what is settled is not asked"
    left = end - process_time()
    if left <= 0:
        spent = Answer(Verdict.UNKNOWN, SPENT, is_final=False)
        return result(each, spent, judge.program), reached
    if reached is not None:
        left += reached.seconds
    limit = min(seconds, left)
    answer = judge.answer(each.question, limit, may_give=each.wants_person, reached=reached)
    return evolve(result(each, answer, judge.program), limit=limit), answer.reached
