"""What cannot be computed, in words: what is missing, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mipsdsl.core import nodes as c
from mipsdsl.engines.plan import Lack, MissingInput, Refusal
from mipsdsl.scoring.outputs import target_name

_CATALOGUES = (
    "CMS's catalogues are missing: `--measures DIR` reads them from a folder; `mips data get {year}` "
    "fetches them, and then `--measures {year}` does"
)


def refusal_text(program: c.Program, refused: Sequence[Refusal]) -> tuple[str, str]:
    """Return the sentence for outputs that cannot be computed, and the advice."""
    # What an engine makes for itself has a name that no author can write, with a space in it.
    written = [refusal for refusal in refused if " " not in refusal.target[1]] or refused
    names = ", ".join(f"`{target_name(refusal.target)}`" for refusal in written[:3])
    more = f" and {len(written) - 3} more" if len(written) > 3 else ""
    missing = list(dict.fromkeys(lack for refusal in refused for lack in refusal.missing))
    reasons = "; ".join(reason(lack) for lack in missing[:5])
    more_reasons = f"; and {len(missing) - 5} more things" if len(missing) > 5 else ""
    text = f"{names}{more} cannot be computed: {reasons}{more_reasons}"
    return text, advice(program, missing)


def reason(lack: MissingInput) -> str:
    """Return in words what is missing."""
    match lack.lack:
        case Lack.COLUMN:
            return f"`{lack}` is not in the data"
        case Lack.TABLE:
            return f"there are no data of `{lack}`"
        case Lack.PARAMETER:
            return f"the parameter `{lack}` is still to be given"
        case Lack.POPULATION:
            return f"`{lack}` is a value of the whole nation, and none is published"


def advice(program: c.Program, missing: Iterable[MissingInput]) -> str:
    """Return what can be done about the first things that are missing."""
    catalogues = {record.name for record in program.records if record.is_reference}
    lacks: dict[Lack, MissingInput] = {}
    said, parameters = [], []
    for each in missing:
        if each.lack is Lack.PARAMETER:
            parameters.append(each.name)
        if each.lack is Lack.TABLE and each.record in catalogues:
            said = [_CATALOGUES.format(year=program.year)]
        else:
            lacks.setdefault(each.lack, each)
    if (lack := lacks.get(Lack.POPULATION)) is not None:
        said.append(f"`--set {lack.name}=…`, or `--population here` to compute it from this file")
    if parameters:
        said.append(_given_by(program, parameters))
    if (lack := lacks.get(Lack.COLUMN)) is not None:
        said.append(f"add the column, or `--assume {lack.name}=…` for all rows")
    if (lack := lacks.get(Lack.TABLE)) is not None:
        said.append(f"add a file {lack.record}.csv")
    return "; ".join(said)


def _given_by(program: c.Program, names: Sequence[str]) -> str:
    """Return how parameters are given, and what the policy says of where they come from."""
    why = {each.name: each.because for each in program.parameters}
    reasons = dict.fromkeys(because for name in names for because in why.get(name, ()))
    settings = " ".join(f"`--set {name}=…`" for name in names)
    return settings + (f" ({'; '.join(reasons)})" if reasons else "")
