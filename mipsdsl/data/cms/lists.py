"""Tables with several rows for a measure: its collection types, changes, pathways and clusters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mipsdsl.data.cms.published import (
    Entry,
    Published,
    Row,
    Source,
    collection_type,
)
from mipsdsl.data.findings import Findings

Rows = list[tuple[int, Row]]
"""Rows, each with the place of the entry that it comes from."""

_ROLES = {
    "quality": "qualityMeasureIds",
    "administrative_claims_outcome": "administrativeClaimsMeasureIds",
    "population_health": "foundationQualityMeasureIds",
    "cost": "costMeasureIds",
    "activity": "iaMeasureIds",
    "interoperability": "foundationPiMeasureIds",
}
"""What a measure is to a value pathway, and the list of the pathway that says so."""

_SURVEY = "321"


def measure_collections(published: Published, findings: Findings) -> Rows:
    """Return by which collection types each measure of quality can be sent in the year."""
    del findings
    return [
        (number, _key(entry, method))
        for number, entry in _quality(published)
        for method in _methods(entry)
    ]


def measure_impacts(published: Published, findings: Findings) -> Rows:
    """Return the collection types whose codes or guideline changed in the year.

    To 2019 CMS flags the whole measure; then it names the submission methods.
    """
    del findings
    return [
        (number, row)
        for number, entry in _quality(published)
        for method in _methods(entry)
        if (row := _impact(entry, method))["codes_changed"] or row["guideline_changed"]
    ]


def _impact(entry: Entry, method: str) -> Row:
    return _key(entry, method) | {
        "codes_changed": _touches(entry, method, "icdImpacted", "isIcdImpacted"),
        "guideline_changed": _touches(
            entry, method, "clinicalGuidelineChanged", "isClinicalGuidelineChanged"
        ),
    }


def _touches(entry: Entry, method: str, methods: str, whole: str) -> bool:
    return method in entry[methods] if methods in entry else bool(entry.get(whole))


def _quality(published: Published) -> Iterator[tuple[int, Entry]]:
    return (
        (number, entry)
        for number, entry in published.measures.numbered()
        if entry.get("category") == "quality"
    )


def _methods(entry: Entry) -> list[str]:
    return list(dict.fromkeys(entry.get("submissionMethods") or []))


def _key(entry: Entry, method: str) -> Row:
    return {
        "measure_id": str(entry["measureId"]),
        "collection_type": collection_type(method, entry),
    }


def value_pathways(published: Published, findings: Findings) -> Rows:
    """Return the measures and activities of each MIPS Value Pathway, and what they are in it."""
    return [
        (number, row)
        for number, pathway in _pathways(published, findings)
        for row in _of_pathway(pathway)
    ]


def listed_pathways(published: Published, findings: Findings) -> Rows:
    """Return the MIPS Value Pathways."""
    return [
        (number, {"mvp_id": str(pathway["mvpId"]), "title": pathway.get("title")})
        for number, pathway in _pathways(published, findings)
    ]


def _pathways(published: Published, findings: Findings) -> Iterable[tuple[int, Entry]]:
    source = published.first_of(f"mvp/{published.year}.json", f"mvp/{published.year}/mvp-data.json")
    if source is None:
        findings.note(
            f"`{published.root}` has no `mvp/{published.year}.json`: no value pathway is known"
        )
    return [] if source is None else source.numbered()


def _of_pathway(pathway: Entry) -> Iterator[Row]:
    """Yield the rows of a pathway: a measure has the first role that it is listed for."""
    given: set[str] = set()
    for role, name in _ROLES.items():
        for measure in [*(pathway.get(name) or []), *_survey(role, pathway)]:
            if measure not in given:
                given.add(measure)
                yield {"mvp_id": str(pathway["mvpId"]), "measure_id": str(measure), "role": role}


def _survey(role: str, pathway: Entry) -> list[str]:
    return [_SURVEY] if role == "quality" and pathway.get("hasCahps") else []


def clinical_clusters(published: Published, findings: Findings) -> Rows:
    """Return which measures belong together, for whoever has fewer than six to send."""
    year = published.year
    source = published.first_of(
        f"clinical-clusters/{year}/clinical-clusters.json", f"clinical-clusters/{year}.json"
    )
    if source is None:
        return []
    found: dict[tuple[str, str, str], tuple[int, Row]] = {}
    unknown: dict[str, None] = {}
    for number, method, cluster, measure in _members(source):
        entry = published.by_id.get(measure)
        if entry is None:
            unknown[measure] = None
            continue
        kind = collection_type(method, entry)
        row: Row = {"cluster": cluster, "measure_id": measure, "collection_type": kind}
        found.setdefault((cluster, measure, kind), (number, row))
    if unknown:
        findings.note(
            f"{source.name}: {', '.join(unknown)} left out, as they are no measures of {year}"
        )
    return list(found.values())


def _members(source: Source) -> Iterator[tuple[int, str, str, str]]:
    """Yield the place, the submission method, the cluster and each measure that is in it.

    A specialty set is a cluster too. One name may be that of a cluster and of a set.
    """
    for number, entry in source.numbered():
        for listed, suffix in (("clinicalClusters", ""), ("specialtySets", " specialty set")):
            for each in entry.get(listed) or []:
                for measure in _names(each):
                    yield number, str(entry.get("submissionMethod")), each["name"] + suffix, measure


def _names(cluster: Mapping[str, object]) -> Iterable[str]:
    names = cluster.get("measureIds")
    return [str(name) for name in names] if isinstance(names, list) else []
