"""Canonical layout of `.mips` files."""

from mipsdsl.format.files import FormatterError, format_file, format_item, format_source

__all__ = ["FormatterError", "format_file", "format_item", "format_source"]
