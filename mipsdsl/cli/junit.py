"""Reports as JUnit XML, which build servers show: one case a file, an example or a claim."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from attrs import frozen

from mipsdsl.diagnostics.model import Diagnostic, Severity
from mipsdsl.diagnostics.render import render

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@frozen
class Case:
    """One line of a report: what was looked at, where it is, and what is wrong with it."""

    group: str
    name: str
    file: str
    line: int = 0
    findings: tuple[Diagnostic, ...] = ()
    is_error: bool = False
    """Whether it could not be tried at all."""
    citations: tuple[str, ...] = ()


def junit(suites: Sequence[tuple[str, Sequence[Case]]]) -> str:
    """Return the XML of named suites; a warning is told and fails nothing."""
    root = Xml.Element("testsuites", name="mips")
    for name, cases in suites:
        suite = Xml.SubElement(root, "testsuite", name=_clean(name))
        for case in cases:
            _add(suite, case)
        _count(suite)
    _count(root)
    Xml.indent(root)
    text: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.decode("utf-8") + "\n"


def _add(suite: Xml.Element, case: Case) -> None:
    said = {"classname": case.group, "name": case.name, "file": case.file}
    if case.line:
        said["line"] = str(case.line)
    node = Xml.SubElement(suite, "testcase", {key: _clean(text) for key, text in said.items()})
    if case.citations:
        properties = Xml.SubElement(node, "properties")
        for citation in case.citations:
            Xml.SubElement(properties, "property", name="citation", value=_clean(citation))
    errors = [each for each in case.findings if each.severity is Severity.ERROR]
    others = [each for each in case.findings if each.severity is not Severity.ERROR]
    if errors:
        first = errors[0]
        kind = "error" if case.is_error else "failure"
        told = Xml.SubElement(node, kind, type=first.code, message=_clean(first.message))
        told.text = _clean("\n\n".join(map(render, errors)))
    if others:
        Xml.SubElement(node, "system-out").text = _clean("\n\n".join(map(render, others)))


def _count(node: Xml.Element) -> None:
    for name, tag in {"tests": "testcase", "failures": "failure", "errors": "error"}.items():
        node.set(name, str(sum(1 for _ in node.iter(tag))))


def _clean(text: str) -> str:
    """Return ``text`` with what XML cannot hold as a dot.

    >>> _clean("a\\x00b")
    'a·b'
    """
    return _NO_XML.sub("·", text)
