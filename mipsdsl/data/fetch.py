"""CMS's measures data of 2017 to 2022 from its npm package, once, through the `npm` client."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from mipsdsl.advised import Advised
from mipsdsl.scraps import work_folder

_PACKAGE = "qpp-measures-data"
_VERSION = "5.5.4"
_SHA512 = "j8Xo4fH3AR4aTiP5sUBB/2NmVRp2Uu4yK0Pl6InW2KQLvz+c08RehaP23U/DA4AZYI+ya673gQ0ishHmQXBU4g=="
_FIRST, _LAST = 2017, 2022
_SECONDS = 180
_KEPT = ("benchmarks", "measures", "clinical-clusters")
_FIRST_PATHWAYS = 2023
_INSTEAD = (
    "name a folder of CMS's public repository of measures data (CMSgov/qpp-measures-data) with "
    "`--measures`"
)


class Unavailable(Advised):
    """The data cannot be had now; unless it says otherwise, files of the user's own do instead."""

    def __init__(self, message: str, advice: str = _INSTEAD) -> None:
        """Advise to name a folder."""
        super().__init__(message, advice)


def get(year: int) -> Path:
    """Return a folder with the measures data of ``year``, from the user's cache when it is there.

    Raises:
        Unavailable: the package has no such year, or it cannot be fetched.
    """
    _check(year)
    folder = kept()
    if not (_has(folder, year) and _is_whole(folder)):
        _fetch(folder)
    return folder


def fetched(year: int) -> Path:
    """Return the folder with the measures data of ``year`` that ``get`` fetched before.

    Raises:
        Unavailable: it was not fetched.
    """
    _check(year)
    folder = kept()
    if not _has(folder, year):
        message = f"CMS's measures data of {year} were not fetched yet"
        raise Unavailable(message, f"`mips data get {year}` fetches them; or {_INSTEAD}")
    return folder


def kept() -> Path:
    """Return the folder that ``get`` fills; it need not be there."""
    return _cache() / f"{_PACKAGE}-{_VERSION}"


def _check(year: int) -> None:
    if not _FIRST <= year <= _LAST:
        raise Unavailable(
            f"the package {_PACKAGE} has the years {_FIRST} to {_LAST}, not {year}",
            f"{_INSTEAD}; of {year} it needs {_files(year)}",
        )


def _files(year: int) -> str:
    """Return in words the files that a folder must have for ``year``."""
    names = [f"measures/{year}/measures-data.json", f"benchmarks/{year}.json"]
    names += [f"mvp/{year}.json"] if year >= _FIRST_PATHWAYS else []
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _has(folder: Path, year: int) -> bool:
    return (folder / "benchmarks" / f"{year}.json").is_file()


def _is_whole(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in _KEPT)


def _cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("mipsdsl", appauthor=False)


def _fetch(folder: Path) -> None:
    """Fill ``folder``: the package is checked and unpacked beside it, then put in its place."""
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable(f"`npm`, which fetches CMS's package {_PACKAGE}, is not installed")
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with work_folder(folder.parent, ".fetch-") as name:
            work = Path(name)
            unpacked = work / "unpacked"
            unpack(verified(_pack(npm, work)), unpacked)
            _put(unpacked, folder)
    except OSError as error:
        raise Unavailable(f"the cache `{folder.parent}` cannot be written: {error}") from error


def _pack(npm: str, work: Path) -> Path:
    """Return the tarball that the client fetched."""
    command = [npm, "pack", f"{_PACKAGE}@{_VERSION}", "--silent", "--ignore-scripts"]
    try:
        done = subprocess.run(
            command, cwd=work, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"`npm` did not fetch {_PACKAGE} in {_SECONDS} seconds") from None
    found = sorted(work.glob("*.tgz"))
    if done.returncode != 0 or not found:
        raise Unavailable(f"`npm` could not fetch {_PACKAGE}; perhaps there is no network")
    return found[0]


def verified(tarball: Path, sha512: str = _SHA512) -> Path:
    """Return the tarball when it is, to the byte, the one that was pinned.

    Raises:
        Unavailable: it is another one.
    """
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode("ascii")
    if not hmac.compare_digest(digest, sha512):
        raise Unavailable(f"the package {_PACKAGE} that `npm` fetched is not the expected one")
    return tarball


def unpack(tarball: Path, folder: Path) -> None:
    """Unpack benchmarks, measures and clusters, and nothing else, readable by the owner only."""
    folder.mkdir(mode=0o700)
    with tarfile.open(tarball, "r:gz") as archive:
        for member in archive:
            parts = Path(member.name).parts
            kept = len(parts) > 2 and parts[1] in _KEPT
            if not (member.isfile() and kept and member.name.endswith(".json")) or ".." in parts:
                continue
            source = archive.extractfile(member)
            if source is None:
                continue
            target = folder.joinpath(*parts[1:])
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with source, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
                shutil.copyfileobj(source, out)


def _put(unpacked: Path, folder: Path) -> None:
    """Move the data into place; when another run was quicker, its copy stays.

    A copy that lacks a folder was made by an earlier version of the program.
    """
    if folder.is_dir() and not _is_whole(folder):
        shutil.rmtree(folder)
    try:
        unpacked.rename(folder)
    except OSError:
        if not _is_whole(folder):
            raise
