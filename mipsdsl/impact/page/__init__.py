"""One page that stands alone: what changed between two policies, for whom, and why."""

from mipsdsl.impact.page.render import as_page

__all__ = ["as_page"]
