"""A plan as machine code."""

from __future__ import annotations

from attrs import frozen

from mipsdsl.core import nodes as c
from mipsdsl.engines.native.module import Module, module_of
from mipsdsl.engines.native.objects import Objects, loaded, object_of
from mipsdsl.engines.plan import Plan
from mipsdsl.engines.schema import schema_of


@frozen(eq=False)
class Compiled:
    """The functions of a plan, ready to run; good for every data that the plan is good for."""

    module: Module
    objects: Objects


def compile_native(program: c.Program, plan: Plan) -> Compiled:
    """Return ``plan`` as machine code.

    Raises:
        Unsupported: the plan asks for what this engine cannot do.

    """
    module = module_of(schema_of(program), plan)
    texts = [call.text for call in module.calls if call.function]
    names = [call.function for call in module.calls if call.function]
    return Compiled(module, loaded([object_of(text) for text in texts], names))
