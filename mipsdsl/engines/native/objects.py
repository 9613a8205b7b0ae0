"""From the text of LLVM to functions that can be called."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any

import llvmlite.binding as llvm

Run = Callable[[int, int, int, int, int, int], None]
"""``(table, first, last, report, scratch, most)``; it runs without the interpreter's lock."""

_PROTOTYPE = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p,
    ctypes.c_int64,
)  # fmt: skip

_PRELUDE = """
declare i32 @llvm.smax.i32(i32, i32)
declare i64 @llvm.smax.i64(i64, i64)
declare i64 @llvm.umax.i64(i64, i64)
declare i64 @llvm.ctlz.i64(i64, i1)
!0 = !{}
"""

_OPTIONS = "-x86-cmov-converter=false"


class Tier(Enum):
    """How hard the compiler tries: the number is LLVM's level. ``QUICK`` takes a tenth of the time."""

    QUICK = 0
    THOROUGH = 2


def processor() -> str:
    """Return what object code depends on beside its text: LLVM and this computer."""
    _prepare()
    host = f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    return f"{_OPTIONS} {llvm.llvm_version_info} {llvm.get_process_triple()} {host}"


@cache
def _machine(level: int) -> Any:  # noqa: ANN401 - llvmlite has no types
    """Return this computer as the emitter of code knows it."""
    return _new_machine(level)


@cache
def _prepare() -> None:
    """Set LLVM up, once."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    if llvm.get_default_triple().startswith("x86_64"):
        # What rules choose by is random: a jump would often be guessed wrongly.
        llvm.set_option("mipsdsl", _OPTIONS)


def _new_machine(level: int) -> Any:  # noqa: ANN401 - llvmlite has no types
    """Return this computer, as LLVM knows it."""
    _prepare()
    target = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=features, opt=level, reloc="pic", codemodel="default"
    )


def object_of(text: str, tier: Tier) -> bytes:
    """Return the object code of a module."""
    machine = _machine(tier.value)
    module = llvm.parse_assembly(_PRELUDE + text, llvm.create_context())
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    if tier is not Tier.QUICK:
        options = llvm.create_pipeline_tuning_options(speed_level=tier.value)
        builder = llvm.create_pass_builder(machine, options)
        builder.getModulePassManager().run(module, builder)
    code: bytes = machine.emit_object(module)
    return code


def loaded(objects: Mapping[str, bytes]) -> tuple[object, dict[str, Run]]:
    """Return the function of each name, out of its object code; and what keeps them alive."""
    # The engine owns its machine, and frees it.
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _new_machine(0))
    for code in objects.values():
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine, {name: _PROTOTYPE(engine.get_function_address(name)) for name in objects}
