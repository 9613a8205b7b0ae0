"""CMS's published benchmarks and measure catalogues, brought into the tables a program declares."""

from mipsdsl.data.cms.load import load_reference

__all__ = ["load_reference"]
