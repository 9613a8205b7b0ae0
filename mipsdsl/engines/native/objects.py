"""From the text of LLVM to functions that can be called."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import llvmlite.binding as llvm
from attrs import define, field

Run = Callable[[int, int, int, int, int, int], None]
"""``(table, first, last, report, scratch, most)``; it runs without the interpreter's lock."""

_PROTOTYPE = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p,
    ctypes.c_int64,
)  # fmt: skip

PRELUDE = """
declare i32 @llvm.smax.i32(i32, i32)
declare i64 @llvm.smax.i64(i64, i64)
declare i64 @llvm.umax.i64(i64, i64)
!0 = !{}
"""


@define
class Objects:
    """Machine code that was loaded; the functions live as long as this does."""

    engine: Any = field(repr=False)
    functions: dict[str, Run] = field(factory=dict)


@cache
def _machine(speed: int) -> Any:  # noqa: ANN401 - llvmlite has no types
    """Return this computer as the emitter of code knows it."""
    return _new_machine(speed)


def _new_machine(speed: int) -> Any:  # noqa: ANN401 - llvmlite has no types
    """Return this computer, as LLVM knows it."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=features, opt=speed, reloc="pic", codemodel="default"
    )


def object_of(text: str, speed: int = 2) -> bytes:
    """Return the object code of a module."""
    machine = _machine(speed)
    context = llvm.create_context()
    module = llvm.parse_assembly(PRELUDE + text, context)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=speed)
    builder = llvm.create_pass_builder(machine, options)
    manager = builder.getModulePassManager()
    manager.run(module, builder)
    code: bytes = machine.emit_object(module)
    return code


def loaded(objects: Sequence[bytes], names: Sequence[str]) -> Objects:
    """Return the functions ``names`` of object code."""
    # The engine owns its machine, and frees it.
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _new_machine(2))
    for each in objects:
        engine.add_object_file(llvm.ObjectFileRef.from_data(each))
    engine.finalize_object()
    found = Objects(engine)
    for name in names:
        found.functions[name] = _PROTOTYPE(engine.get_function_address(name))
    return found
