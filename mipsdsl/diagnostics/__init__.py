"""What the author of a policy is told."""

from mipsdsl.diagnostics.model import Diagnostic, Label, PolicyError, Report, Severity

__all__ = ["Diagnostic", "Label", "PolicyError", "Report", "Severity"]
