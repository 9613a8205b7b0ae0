"""Examples and claims of a policy, run."""

from mipsdsl.testing.suite import Outcome, Suite, run_tests

__all__ = ["Outcome", "Suite", "run_tests"]
