"""Division of whole numbers that are not negative, without a call of a run-time library.

Narrow numbers are divided by the machine. Wide ones by a quotient of doubles, which is corrected:
the remainder is exact, so what is returned is proved by 0 <= remainder < divisor. A quotient of more
than 49 bits takes several of these steps, each of which removes about 50 bits.

Source: the language manual, "Numbers", on division.
"""

from __future__ import annotations

from struct import pack

from mipsdsl.engines.native.code import Code
from mipsdsl.engines.native.wholes import Whole, Wholes, known, width_of

_NARROW = 64
_SURE = 49
"""Bits of a quotient for which one quotient of doubles is off by one at most."""
_STEP = 49
"""Bits by which a step makes the rest of the quotient shorter."""
_LIMB = 64


def divided(wholes: Wholes, top: Whole, bottom: Whole) -> tuple[Whole, Whole]:
    """Return the quotient, rounded down, and the remainder; 0 <= top and 0 < bottom.

    A divisor that is 0, which the checks of the language rule out, gives any number.
    """
    most, least = top.high // max(1, bottom.low), 0
    if (divisor := bottom.known) is not None:
        least = top.low // divisor
        if divisor == 1:
            return top, known(0)
    rest = (0, min(bottom.high - 1, top.high))
    if most == least:
        quotient = known(least)
        return quotient, wholes.subtract(top, wholes.multiply(quotient, bottom))
    if top.high < 1 << (_NARROW - 1) and bottom.high < 1 << (_NARROW - 1):
        found = _narrow(wholes, top, bottom)
    elif most < 1 << _SURE and bottom.high < 1 << 62:
        found = _short(wholes, top, bottom)
    else:
        found = _long(wholes, top, bottom)
    name, remainder, width = found
    return (
        Whole(name, width, least, most),
        Whole(remainder, width, *rest) if rest[1] else known(0),
    )


def _narrow(wholes: Wholes, top: Whole, bottom: Whole) -> tuple[str, str, int]:
    code = wholes.code
    one, other = wholes.at(top, _NARROW), wholes.at(bottom, _NARROW)
    if bottom.known is None:
        code.heavy()
        other = code.op(f"call i64 @llvm.umax.i64(i64 {other}, i64 1)")
    quotient = code.op(f"udiv i64 {one}, {other}")
    product = code.op(f"mul i64 {quotient}, {other}")
    return quotient, code.op(f"sub i64 {one}, {product}"), _NARROW


def _short(wholes: Wholes, top: Whole, bottom: Whole) -> tuple[str, str, int]:
    code = wholes.code
    code.heavy()
    above = _double_of(code, wholes, top, bottom)
    divisor = wholes.at(bottom, _NARROW)
    if bottom.known is None:
        below = code.op(f"sitofp i64 {divisor} to double")
        found = code.op(f"fdiv double {above}, {below}")
    else:
        found = code.op(f"fmul double {above}, {_literal(1 / bottom.known)}")
    quotient = code.op(f"fptosi double {found} to i64")
    low = wholes.at(top, _NARROW)
    product = code.op(f"mul i64 {quotient}, {divisor}")
    rest = code.op(f"sub i64 {low}, {product}")
    quotient, rest = _corrected(code, quotient, rest, divisor, 64)
    return quotient, rest, _NARROW


def _corrected(code: Code, quotient: str, rest: str, divisor: str, width: int) -> tuple[str, str]:
    """Return a quotient that is off by one at most, made right."""
    kind = f"i{width}"
    under = code.op(f"icmp slt {kind} {rest}, 0")
    more = code.op(f"select i1 {under}, {kind} {divisor}, {kind} 0")
    less = code.op(f"sext i1 {under} to {kind}")
    rest = code.op(f"add {kind} {rest}, {more}")
    quotient = code.op(f"add {kind} {quotient}, {less}")
    over = code.op(f"icmp sge {kind} {rest}, {divisor}")
    less = code.op(f"select i1 {over}, {kind} {divisor}, {kind} 0")
    more = code.op(f"zext i1 {over} to {kind}")
    rest = code.op(f"sub {kind} {rest}, {less}")
    return code.op(f"add {kind} {quotient}, {more}"), rest


def _double_of(code: Code, wholes: Wholes, top: Whole, bottom: Whole) -> str:
    """Return ``top`` as a double that is near enough for a quotient by ``bottom``."""
    excess = top.high.bit_length() - 62
    if excess <= 0:
        return code.op(f"sitofp i64 {wholes.at(top, _NARROW)} to double")
    if bottom.low >> (excess + 3):
        # The bits cut off are less than an eighth of the divisor.
        shifted = code.op(f"lshr {top.kind} {wholes.at(top, top.width)}, {excess}")
        cut = code.op(f"trunc {top.kind} {shifted} to i64")
        rough = code.op(f"sitofp i64 {cut} to double")
        return code.op(f"fmul double {rough}, {_literal(1 << excess)}")
    return limbs_as_double(code, wholes.at(top, top.width), top.width)


def limbs_as_double(code: Code, name: str, width: int) -> str:
    """Return a number that is not negative as a double, within three units of its last place."""
    total = ""
    for at in reversed(range(0, width, _LIMB)):
        shifted = code.op(f"lshr i{width} {name}, {at}") if at else name
        limb = code.op(f"trunc i{width} {shifted} to i64") if width > _LIMB else shifted
        part = code.op(f"uitofp i64 {limb} to double")
        if at:
            part = code.op(f"fmul double {part}, {_literal(1 << at)}")
        total = code.op(f"fadd double {total}, {part}") if total else part
    return total


def _literal(value: float) -> str:
    """Return a double as LLVM reads it, exactly."""
    return f"0x{pack('>d', float(value)).hex().upper()}"


# --- long division -------------------------------------------------------------------------------


def _long(wholes: Wholes, top: Whole, bottom: Whole) -> tuple[str, str, int]:
    code = wholes.code
    code.heavy()
    # A rest may be as far below 0 as above, and a product of a step a little further.
    most = top.high << 3
    width = width_of(-most, max(most, bottom.high << 3))
    bits = top.high.bit_length() - max(1, bottom.low).bit_length() + 1
    helper = f"divide_{width}_{bits}"
    if helper not in code.helpers:
        code.helpers[helper] = _helper(helper, width, bits)
    kind = f"i{width}"
    pair = code.op(
        f"call {{{kind}, {kind}}} @{helper}({kind} {wholes.at(top, width)}, "
        f"{kind} {wholes.at(bottom, width)})"
    )
    quotient = code.op(f"extractvalue {{{kind}, {kind}}} {pair}, 0")
    return quotient, code.op(f"extractvalue {{{kind}, {kind}}} {pair}, 1"), width


def _helper(name: str, width: int, bits: int) -> str:
    """Return a function that divides; the quotient has at most ``bits`` bits."""
    code, kind = Code(), f"i{width}"
    below = limbs_as_double(code, "%d", width)
    quotient, rest = "0", "%n"
    ahead = bits
    while True:
        shift = max(0, ahead - 61)
        step, rest = _stepped(code, rest, below, width, shift)
        quotient = code.op(f"add {kind} {quotient}, {step}")
        if ahead <= _SURE:
            break
        ahead = max(shift, ahead - _STEP) + 1
    for _ in range(2):
        quotient, rest = _corrected(code, quotient, rest, "%d", width)
    pair = code.op(f"insertvalue {{{kind}, {kind}}} poison, {kind} {quotient}, 0")
    pair = code.op(f"insertvalue {{{kind}, {kind}}} {pair}, {kind} {rest}, 1")
    head = f"define internal {{{kind}, {kind}}} @{name}({kind} %n, {kind} %d) nounwind"
    body = "\n".join(f"  {line}" for line in code.piece.lines)
    return f"{head} {{\n{body}\n  ret {{{kind}, {kind}}} {pair}\n}}"


def _stepped(code: Code, rest: str, below: str, width: int, shift: int) -> tuple[str, str]:
    """Return a part of the quotient (of ``rest``, which has a sign), and what is left of it."""
    kind = f"i{width}"
    under = code.op(f"icmp slt {kind} {rest}, 0")
    opposite = code.op(f"sub {kind} 0, {rest}")
    size = code.op(f"select i1 {under}, {kind} {opposite}, {kind} {rest}")
    found = code.op(f"fdiv double {limbs_as_double(code, size, width)}, {below}")
    if shift:
        found = code.op(f"fmul double {found}, {_literal(2.0**-shift)}")
    part = code.op(f"fptosi double {found} to i64")
    negated = code.op(f"sub i64 0, {part}")
    part = code.op(f"select i1 {under}, i64 {negated}, i64 {part}")
    wide = code.op(f"sext i64 {part} to {kind}")
    if shift:
        wide = code.op(f"shl {kind} {wide}, {shift}")
    product = code.op(f"mul {kind} {wide}, %d")
    return wide, code.op(f"sub {kind} {rest}, {product}")
