"""The package of CMS's measures: fetched by the client, checked, unpacked with care."""

from __future__ import annotations

import io
import stat
import tarfile
from pathlib import Path

import pytest

from mipsdsl.data import fetch
from mipsdsl.data.fetch import Unavailable, get, unpack, verified

CLIENT = """#!/bin/sh
echo called >> "$CALLS"
{}
"""
PARTS = [
    "package/benchmarks/2019.json",
    "package/measures/2019/measures-data.json",
    "package/clinical-clusters/2019/clinical-clusters.json",
]


def tarball(path: Path, names: list[str]) -> Path:
    """Write an archive of small files."""
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 2
            archive.addfile(member, io.BytesIO(b"[]"))
        link = tarfile.TarInfo("package/benchmarks/link.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return path


def client(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> Path:
    """Put a stand-in for the `npm` client on the path; the file returned counts its calls."""
    folder.mkdir()
    program = folder / "npm"
    program.write_text(CLIENT.format(script), encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("CALLS", str(folder / "calls"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    return folder / "calls"


def test_only_the_data_are_unpacked_and_only_inside(tmp_path: Path) -> None:
    archive = tarball(
        tmp_path / "a.tgz",
        [
            "package/benchmarks/2019.json",
            "package/measures/2019/measures-data.json",
            "package/clinical-clusters/2019/clinical-clusters.json",
            "package/benchmarks/../../../out.json",
            "/absolute/benchmarks/2019.json",
            "package/scripts/measures.json",
            "package/measures/2019/run.sh",
        ],
    )
    unpack(archive, tmp_path / "out")
    found = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())

    assert [
        "benchmarks/2019.json",
        "clinical-clusters/2019/clinical-clusters.json",
        "measures/2019/measures-data.json",
    ] == [path.relative_to(tmp_path / "out").as_posix() for path in found]
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in found)


def test_another_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not the expected one"):
        verified(tarball(tmp_path / "a.tgz", []))


def test_a_year_is_fetched_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    archive = tarball(tmp_path / "a.tgz", PARTS)
    calls = client(monkeypatch, tmp_path / "bin", f'cp "{archive}" .')
    monkeypatch.setattr(fetch, "verified", lambda path: path)
    folder = get(2019)

    assert (folder / "benchmarks" / "2019.json").is_file()
    assert 0 == stat.S_IMODE(folder.stat().st_mode) & 0o077
    assert folder == get(2019)
    assert "called\n" == calls.read_text(encoding="utf-8")
    assert [folder] == list(folder.parent.iterdir())


def test_without_a_network_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client(monkeypatch, tmp_path / "bin", "exit 1")

    with pytest.raises(Unavailable, match="perhaps there is no network") as error:
        get(2019)
    assert "--measures" in error.value.help


def test_without_the_client_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    with pytest.raises(Unavailable, match="is not installed"):
        get(2022)


def test_a_copy_of_an_earlier_version_is_fetched_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    archive = tarball(tmp_path / "a.tgz", PARTS)
    client(monkeypatch, tmp_path / "bin", f'cp "{archive}" .')
    monkeypatch.setattr(fetch, "verified", lambda path: path)
    old = fetch.kept() / "benchmarks" / "2019.json"
    old.parent.mkdir(parents=True)
    old.write_text("[]", encoding="utf-8")

    assert (get(2019) / "clinical-clusters" / "2019").is_dir()


@pytest.mark.parametrize("year", [2016, 2023])
def test_other_years_are_in_the_public_repository(year: int) -> None:
    with pytest.raises(Unavailable, match=f"not {year}") as error:
        get(year)
    assert "--measures" in error.value.help
    assert f"`measures/{year}/measures-data.json`" in error.value.help
    assert (f"`mvp/{year}.json`" in error.value.help) == (year == 2023)
