"""Findings in the forms that other programs read: SARIF, GitHub's annotations, JUnit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from attrs import frozen

from mipsdsl import resources
from mipsdsl.cli import policies
from mipsdsl.diagnostics.model import Diagnostic, Label, Severity
from mipsdsl.source import Source, Span

if TYPE_CHECKING:
    from mipsdsl.cache import Findings
    from mipsdsl.cli.junit import Case

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@frozen
class Checked:
    """A policy as a user named it, its files, and what was found."""

    policy: str
    sources: tuple[Source, ...]
    found: Findings

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """What was found."""
        return self.found.diagnostics

    def place(self, source: Source) -> str:
        """Return the path of a file, from here if it is below."""
        return policies.place(self.policy, source)


def as_sarif(checked: Sequence[Checked]) -> str:
    """Return one SARIF 2.1.0 log of all findings."""
    codes = sorted({each.code for one in checked for each in one.findings})
    run = {
        "tool": {
            "driver": {
                "name": "mips",
                "version": resources.version(),
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True}],
        "results": [
            _result(each, codes.index(each.code), one) for one in checked for each in one.findings
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str) -> dict[str, object]:
    from mipsdsl.diagnostics.codes import ENTRIES

    entry = ENTRIES[code]
    means, matters = (" ".join(text.split()) for text in (entry.means, entry.matters))
    return {
        "id": code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": means},
        "help": {"text": f"{means} {matters} `mips explain-code {code}` has an example."},
    }


def _result(finding: Diagnostic, index: int, checked: Checked) -> dict[str, object]:
    first, *others = finding.labels
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": _sentence(finding)},
        "locations": [_location(first, checked)],
        "relatedLocations": [
            {"id": number, **_location(label, checked)} for number, label in enumerate(others, 1)
        ],
    }


def _location(label: Label, checked: Checked) -> dict[str, object]:
    span = label.span
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    path = checked.place(span.source)
    found: dict[str, object] = {
        "physicalLocation": {
            "artifactLocation": {"uri": ("file://" if path.startswith("/") else "") + quote(path)},
            "region": {
                "startLine": line,
                "startColumn": column,
                "endLine": end_line,
                "endColumn": end_column,
            },
        }
    }
    return {**found, "message": {"text": label.text}} if label.text else found


def as_github(checked: Sequence[Checked]) -> str:
    """Return a line for each finding, which GitHub's runners show beside the text."""
    return "".join(f"{_annotation(each, one)}\n" for one in checked for each in one.findings)


def _annotation(finding: Diagnostic, checked: Checked) -> str:
    span = finding.labels[0].span
    said = {"file": checked.place(span.source), **_columns(span), "title": finding.code}
    properties = ",".join(f"{name}={_escaped(str(text), ':,')}" for name, text in said.items())
    return f"::{finding.severity.value} {properties}::{_escaped(_sentence(finding))}"


def _columns(span: Span) -> dict[str, int]:
    """Return the place as GitHub wants it: columns only within one line, the last one included."""
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    if end_line != line:
        return {"line": line, "endLine": end_line}
    return {"line": line, "endLine": line, "col": column, "endColumn": max(column, end_column - 1)}


def _escaped(text: str, more: str = "") -> str:
    """Return ``text`` with what means something to GitHub written as a number.

    >>> _escaped("5%: a, b", ":,")
    '5%25%3A a%2C b'
    """
    return "".join(f"%{ord(c):02X}" if c in f"%\r\n{more}" else c for c in text)


def as_junit(checked: Sequence[Checked]) -> str:
    """Return JUnit XML with a case for each file; only errors fail."""
    from mipsdsl.cli.junit import junit

    return junit([(one.policy, list(_cases(one))) for one in checked])


def _cases(checked: Checked) -> Iterator[Case]:
    """Yield the files of the policy, and of another year where something was found in it."""
    from mipsdsl.cli.junit import Case

    found: dict[str, list[Diagnostic]] = {source.name: [] for source in checked.sources}
    sources = {source.name: source for source in checked.sources}
    for each in checked.findings:
        source = each.labels[0].span.source
        sources.setdefault(source.name, source)
        found.setdefault(source.name, []).append(each)
    for name, findings in found.items():
        errors = (each for each in findings if each.severity is Severity.ERROR)
        first = next(errors, None)
        line = first.labels[0].span.line if first is not None else 0
        place = checked.place(sources[name])
        yield Case(f"mips check {checked.policy}", name, place, line, tuple(findings))


def _sentence(finding: Diagnostic) -> str:
    first = finding.labels[0].text
    parts = [finding.message, *([first] if first else [])]
    text = ": ".join(parts)
    return f"{text}\nhelp: {finding.help}" if finding.help else text
