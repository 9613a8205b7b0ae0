"""Where the grammar, the policies and the sample are, and which version this is.

In a checkout and when installed alike.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    installed = PACKAGE / "_data" / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def grammar() -> Path:
    """Return the folder of the grammar and its manual."""
    return _folder("grammar")


def policies() -> Path:
    """Return the folder of the years that come with the program."""
    return _folder("policies")


def sample() -> Path:
    """Return the folder of the packaged sample."""
    return PACKAGE / "data" / "sample"


def vega() -> tuple[str, ...]:
    """Return the scripts that draw a Vega-Lite chart: Vega, Vega-Lite and vega-embed as published."""
    folder = PACKAGE / "_vendor" / "vega"
    names = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js")
    return tuple((folder / name).read_text(encoding="utf-8") for name in names)


def version() -> str:
    """Return the version of the program; a checkout that is not installed says that it is one."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mipsdsl")
    except PackageNotFoundError:
        return f"{_version_of_checkout()} (a checkout that is not installed)"


def release() -> str:
    """Return the number of the version, without a look at all that is installed (15 ms)."""
    installed = next(PACKAGE.parent.glob("mipsdsl-*.dist-info"), None)
    if installed is not None:
        return installed.name.removesuffix(".dist-info").partition("-")[2]
    try:
        text = (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    except OSError:
        return "unknown"
    found = (line.partition("=")[2] for line in text.split("\n") if line.startswith("version ="))
    return next(found, "unknown").strip().strip('"')


def _version_of_checkout() -> str:
    import tomllib

    try:
        project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"
