"""The core as machine code, through LLVM: for millions of rows in columns."""

from mipsdsl.engines.native.again import Again
from mipsdsl.engines.native.blocks import BlockEngine
from mipsdsl.engines.native.code import Unsupported
from mipsdsl.engines.native.compiled import Compiled, compile_native
from mipsdsl.engines.native.run import NativeEngine
from mipsdsl.engines.native.tables import OutOfRange

__all__ = [
    "Again",
    "BlockEngine",
    "Compiled",
    "NativeEngine",
    "OutOfRange",
    "Unsupported",
    "compile_native",
]
