"""Identifiers in data that a published year replaced by others: those of measures, mostly.

A policy names a measure by a text, and so do the data. Where a year puts as many texts into a set as it
takes out, each takes the place of one. Data of the year before then have the older ones, which the newer
law does not know; so both laws and the data are compared under the newer ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve

from mipsdsl.diff.policy import Policy
from mipsdsl.syntax import nodes as n


def successors(amendments: Iterable[n.Item]) -> dict[str, str]:
    """Return the texts that one year's amendments put in the place of others, by those."""
    found: dict[str, str] = {}
    for each in amendments:
        if isinstance(each, n.SetValue):
            was, now = _texts(each.was), _texts(each.value)
            gone = [text for text in was if text not in now]
            come = [text for text in now if text not in was]
            if len(gone) == len(come):
                found |= dict(zip(gone, come, strict=True))
    return found


def _texts(value: n.Node) -> list[str]:
    members = value.members if isinstance(value, n.SetOf) else ()
    return [each.text for each in members if isinstance(each, n.Text)]


def followed(first: Mapping[str, str], then: Mapping[str, str]) -> dict[str, str]:
    """Return what both do, one after the other.

    >>> followed({"ACI_HIE_2": "PI_HIE_2"}, {"PI_HIE_2": "PI_HIE_4"})
    {'ACI_HIE_2': 'PI_HIE_4', 'PI_HIE_2': 'PI_HIE_4'}
    """
    return {old: then.get(new, new) for old, new in first.items()} | dict(then)


def turned_round(now: Mapping[str, str]) -> dict[str, str]:
    """Return the way back: to the oldest, where two have one successor."""
    return {new: old for old, new in reversed(list(now.items()))}


def under_them(policy: Policy, now: Mapping[str, str]) -> Policy:
    """Return ``policy`` with the identifiers of ``now``."""
    if not now:
        return policy
    from mipsdsl.core.walk import replaced

    def made(part: object) -> object:
        if isinstance(part, n.Text) and part.text in now:
            return evolve(part, text=now[part.text])
        return None

    return {key: evolve(entry, thing=replaced(entry.thing, made)) for key, entry in policy.items()}
