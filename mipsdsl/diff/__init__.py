"""The difference between two policies: what the text says now."""

from mipsdsl.diff.apply import apply
from mipsdsl.diff.change import Change, Difference, Effect, Kind
from mipsdsl.diff.compare import diff
from mipsdsl.diff.data import as_data
from mipsdsl.diff.markdown import as_markdown
from mipsdsl.diff.policy import Key, Policy, policy_of
from mipsdsl.diff.reading import policy_in
from mipsdsl.diff.route import route, route_between
from mipsdsl.diff.text import as_text

__all__ = [
    "Change",
    "Difference",
    "Effect",
    "Key",
    "Kind",
    "Policy",
    "apply",
    "as_data",
    "as_markdown",
    "as_text",
    "diff",
    "policy_in",
    "policy_of",
    "route",
    "route_between",
]
