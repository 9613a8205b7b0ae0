"""A policy whose rules count people, and data for it: some counts small, some not."""

from __future__ import annotations

from pathlib import Path

POLICY = """\
rules for performance year 2017 paying 2019

record practice key tin
    tin      text
    size     count from 0 to 10,000
    met      count from 0 to 10,000
    charges  optional money from $0 to $1,000,000

record clinician key npi
    npi       text
    tin       text
    practice  record practice by tin
    patients  count from 0 to 10,000
    better    count from 0 to 10,000

relation practice.clinicians list of clinician by tin at most 50

rule practice.share: percent = ratio of met to size (when zero: 0%) [1]
rule practice.seen: count from 0 to 500,000 = sum of patients over clinicians [1]
rule practice.members: count from 0 to 50 = count of clinicians [1]
rule practice.mean: optional number from 0 to 500,000 =
    ratio of seen to members (when zero: 0) [1]
rule practice.hidden: percent = (share * 2 at most 100%) [1]
selection busiest of practice.clinicians = best 2 by patients [1]

rule clinician.got_better: percent = ratio of better to patients (when zero: 0%) [1]
rule clinician.adjustment: percent from 0% to 100% =
    got_better * factor at most 100% [1]

population few: count = count of clinicians where patients > 90 [1]
population many: count = count of clinicians [1]
population factor: number from 0 to 1 =
    ratio of (sum of patients over clinicians) to 10,000 (when zero: 0) at most 1 [1]
population part: percent = ratio of few to many (when zero: 0%) at most 100% [1]
"""

ASKED = {
    "practice": "practice.share,practice.seen,practice.mean,practice.hidden,practice.busiest",
    "clinician": "got_better,adjustment,tin",
    "population": "few,many,factor,part,practice.charges,practice.size",
}


def written(folder: Path) -> Path:
    """Write policy, data and a secret to ``folder``: some counts small, some missing beside others."""
    (folder / "counts.mips").write_text(POLICY)
    data = folder / "data"
    data.mkdir()
    sizes = [(40, 5), (40, 0), (5, 4), (40, 20), (10, 10), (11, 11), (0, 0), (1, 0)]
    practices = [
        f"P-{n},{size},{met},{'' if n % 3 == 0 else 1000 * n}"
        for n, (size, met) in enumerate(sizes)
    ]
    (data / "practice.csv").write_text("\n".join(["tin,size,met,charges", *practices, ""]))
    rows = [
        f"19990{n:05},P-{n % 7},{n * 7 % 101},{min(n * 3 % 17, n * 7 % 101)}" for n in range(60)
    ]
    (data / "clinician.csv").write_text("\n".join(["npi,tin,patients,better", *rows, ""]))
    (folder / "secret").write_text("0123456789abcdef0123")
    return folder
