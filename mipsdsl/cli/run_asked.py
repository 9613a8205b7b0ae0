"""What the user of ``mips run`` wants to have, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from mipsdsl.cli import privacy as p

if TYPE_CHECKING:
    from mipsdsl.data.privacy import Privacy
    from mipsdsl.data.write import PercentAs


@frozen(kw_only=True)
class Asked:
    """What a user wants to have, and where."""

    policy: str
    output: str | None
    outputs: str
    per: str
    rejects: str | None
    max_rejects: str
    form: str | None
    percent: PercentAs
    own_columns: bool | None
    shard: str | None
    privacy: p.Asked
    engine: str
    threads: int | None
    memory: str
    remote: str
    scratch: str

    def wants_own(self, privacy: Privacy) -> bool:
        """Return whether the user's own columns go along: not unasked where something is hidden."""
        return not privacy if self.own_columns is None else self.own_columns
