"""A plan as machine code: made quickly, made better while it runs on many rows, and kept.

Object code is kept in the user's cache folder, named after the texts that it was made of, LLVM and the
processor: what was made for anything else is never found.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from threading import Event

from attrs import define, field

from mipsdsl import kept
from mipsdsl.core import nodes as c
from mipsdsl.engines.native.module import Call, Module, module_of
from mipsdsl.engines.native.objects import Run, Tier, loaded, object_of, processor
from mipsdsl.engines.plan import Plan
from mipsdsl.engines.schema import schema_of

_KEPT = 40
"""Plans whose object code stays in the cache folder."""


@define(eq=False)
class Compiled:
    """The functions of a plan, ready to run; good for every data that the plan is good for."""

    module: Module
    functions: dict[str, Run] = field(factory=dict, repr=False)
    _objects: dict[str, bytes] = field(factory=dict, repr=False)
    _engines: list[object] = field(factory=list, repr=False)

    @property
    def file(self) -> Path | None:
        """Return where the object code is kept."""
        if kept.is_off():
            return None
        digest = hashlib.sha256(processor().encode())
        for name in sorted({call.function for call in self.module.calls}):
            digest.update(name.encode())
        return kept.folder("native") / f"{digest.hexdigest()}.json"

    def load(self) -> None:
        """Take the object code that is kept, and make the rest quickly."""
        self._objects = kept.load(self.file, _objects_of) or {}
        texts = {call.function: call.text for call in self.module.calls if call.function}
        made = {name: code for name, code in self._objects.items() if name in texts}
        rest = texts.keys() - made.keys()
        made |= {name: object_of(texts[name], Tier.QUICK) for name in sorted(rest)}
        self._use(made)

    def improve(self, stop: Event, first: Iterable[Call] = ()) -> None:
        """Make each function better, those of ``first`` before others, until ``stop``; and keep it."""
        before = len(self._objects)
        for call in (*first, *self.module.calls):
            if stop.is_set():
                break
            if call.function and call.function not in self._objects:
                code = object_of(call.text, Tier.THOROUGH)
                self._objects[call.function] = code
                self._use({call.function: code})
        if len(self._objects) > before:
            data = {name: _as_text(each) for name, each in self._objects.items()}
            kept.store(self.file, data, most=_KEPT)

    @property
    def is_thorough(self) -> bool:
        """Return whether nothing is left to be made better."""
        return all(call.function in self._objects for call in self.module.calls if call.function)

    def _use(self, objects: dict[str, bytes]) -> None:
        if objects:
            engine, functions = loaded(objects)
            self._engines.append(engine)
            self.functions.update(functions)


def _as_text(code: bytes) -> list[str]:
    return [hashlib.sha256(code).hexdigest(), base64.b64encode(code).decode()]


def _objects_of(data: dict[str, list[str]]) -> dict[str, bytes]:
    """Return the object code that is kept.

    Raises:
        ValueError: some of it is not what was written.

    """
    found = {name: base64.b64decode(text, validate=True) for name, (_, text) in data.items()}
    if any(_as_text(code) != data[name] for name, code in found.items()):
        raise ValueError("object code that was changed")
    return found


def compile_native(program: c.Program, plan: Plan, *, thorough: bool = False) -> Compiled:
    """Return ``plan`` as machine code; ``thorough``: as good as can be, at once.

    Raises:
        Unsupported: the plan asks for what this engine cannot do.

    """
    compiled = Compiled(module_of(schema_of(program), plan))
    compiled.load()
    if thorough:
        compiled.improve(Event())
    return compiled
