"""The work in DuckDB's SQL: measures in long form, joined to their benchmarks, summed by clinician."""

# ruff: noqa: E501 - SQL reads best in the lines that it is thought in

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.many import SCALES, Many, doubles, long
from benchmarks.peers.outputs import GUARD, OUTPUTS

_HALF = f"{0.5 + GUARD:.8f}"

RULES = f"""
with rated as materialized (
    select m.clinician_id, m.completeness, m.cases, m.high_priority, m.topped_out, m.rate,
        c.small_practice, b.usable, b.cuts,
        case when m.inverse then round((100 - m.rate) * 100) / 100 else m.rate end as x
    from measure m join benchmark b using (benchmark_id) join clinician c using (clinician_id)
), placed as materialized (
    select *, {" + ".join(f"(cuts[{k}] <= x)::int" for k in range(1, 10))} as decile from rated
), pointed as (
    select clinician_id, high_priority and completeness >= 60 and cases >= 20 and rate > 0 as counting,
        case when completeness < 60 then case when small_practice then 3.0::double else 1.0::double end
            when cases < 20 or not usable then 3.0::double
            else least(case when topped_out then 7.0::double else 10.0::double end,
                case when decile <= 1 then 3.0::double when decile = 9 then 10.0::double
                else floor((decile + 1 + least(0.9::double,
                    (x - cuts[decile]) / (cuts[decile + 1] - cuts[decile]))) * 100 + {_HALF}::double) / 100
                end)
        end as points
    from placed
), summed as materialized (
    select clinician_id, sum(points) as points, count(*) filter (counting) as counting
    from pointed group by clinician_id
), first_part as materialized (
    select c.*, s.clinician_id is not null as any_measure,
        coalesce(s.points, 0::double) as points, coalesce(s.counting, 0) as counting,
        (c.allowed_charges > 90000)::int + (c.patients > 200)::int + (c.services > 200)::int as exceeded,
        (20 * c.high_activities::int + 10 * c.medium_activities::int)::double as activities,
        case when denominator_4 = 0 then
            case when hospital_based or non_patient_facing or hardship
                or clinician_type between 5 and 10 then null else 0::double end
        when (denominator_1 > 0 and numerator_1 = 0) or (denominator_2 > 0 and numerator_2 = 0)
            or (denominator_3 > 0 and numerator_3 = 0) or numerator_4 = 0 then 0::double
        else least(100::double, 10::double
            + case when denominator_1 > 0 then floor(10::double * numerator_1 / denominator_1 + {_HALF}::double) else 0 end
            + case when denominator_2 > 0 then floor(20::double * numerator_2 / denominator_2 + {_HALF}::double) else 0 end
            + case when denominator_3 > 0 then floor(20::double * numerator_3 / denominator_3 + {_HALF}::double) else 0 end
            + floor((40 + 10 * (denominator_1 = 0)::int + 20 * (denominator_2 = 0)::int
                + 20 * (denominator_3 = 0)::int)::double * numerator_4 / denominator_4 + {_HALF}::double)
            + 5 * interoperability_bonus::int)
        end as interoperability
    from clinician c left join summed s using (clinician_id)
), second_part as materialized (
    select clinician_id, cost_score, interoperability,
        case when clinician_type = 11 then 1 when qp then 2 when newly_enrolled then 3
            when partial_qp = 1 then 4 when exceeded = 0 then 5
            when exceeded < 3 and not opted_in then 6 when exceeded < 3 then 7 else 0 end as reason,
        least(100::double, 100 * (points + least(6, 2 * greatest(0, counting - 1))
            + case when small_practice and any_measure then 6 else 0 end) / 60) as quality,
        least(100::double, 100 * activities
            * case when small_practice or non_patient_facing then 2 else 1 end / 40) as improvement_activities,
        case when interoperability is null then case when cost_score is null then 0.85::double else 0.7::double end
            when cost_score is null then 0.6::double else 0.45::double end as quality_weight,
        case when cost_score is null then 0::double else 0.15::double end as cost_weight,
        case when interoperability is null then 0::double else 0.25::double end as interoperability_weight,
        0.15::double as activities_weight,
        case when any_measure or denominator_4 > 0 or activities > 0
            then least(5::double, risk_score + 5 * dual_share) else 0::double end as complex_patient_bonus
    from first_part
)
select clinician_id, reason in (0, 7) as eligible, * exclude (clinician_id),
    least(100::double, floor((quality_weight * quality + cost_weight * coalesce(cost_score, 0)
        + interoperability_weight * coalesce(interoperability, 0)
        + activities_weight * improvement_activities + complex_patient_bonus) * 100 + {_HALF}::double) / 100)
        as final_score
from second_part
"""


def prepare(people: Many) -> Callable[[], duckdb.DuckDBPyConnection]:
    """Return what scores them all, into a table; clinicians and measures are tables of DuckDB."""
    connection = duckdb.connect()
    for name, table in tables(people).items():
        connection.register("given", table)
        connection.execute(f"create table {name} as select * from given")
        connection.unregister("given")
    return lambda: connection.execute(f"create or replace table result as {RULES}")


def tables(people: Many) -> dict[str, pa.Table]:
    """Return clinicians, measures and benchmarks as Arrow has them."""
    columns = doubles(people)
    clinicians = {name: pa.array(columns[name]) for name in people.clinicians}
    clinicians["cost_score"] = pa.array(columns["cost_score"], mask=np.isnan(columns["cost_score"]))
    ids = pa.array(np.arange(people.number, dtype=np.int32))
    measures = {
        name: pa.array(values / SCALES[name] if name in SCALES else values)
        for name, values in long(people).items()
    }
    benchmark = {
        "benchmark_id": pa.array(np.arange(len(people.cuts), dtype=np.int16)),
        "usable": pa.array(people.usable),
        "cuts": pa.array(list(people.cuts / 100)),
    }
    measures["clinician_id"] = measures["clinician_id"].cast(pa.int32())
    return {
        "clinician": pa.table({"clinician_id": ids, **clinicians}),
        "measure": pa.table(measures),
        "benchmark": pa.table(benchmark),
    }


def columns_of(found: duckdb.DuckDBPyConnection) -> Mapping[str, NDArray[Any]]:
    """Return the outputs as NumPy has them, by clinician."""
    chosen = ", ".join(f"{name}::double as {name}" for name in OUTPUTS)
    query = f"select {chosen} from result order by clinician_id"
    result: Mapping[str, NDArray[Any]] = {
        name: np.ma.filled(np.ma.asarray(values), np.nan)
        for name, values in found.execute(query).fetchnumpy().items()
    }
    return result
