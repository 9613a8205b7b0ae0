"""What columns are called in CMS's public files and in exports of registries and billing systems.

The names are folded: lower case, one `_` for all that is neither letter nor digit. Source: the
headers of CMS's Quality Payment Program Experience files, Physician Compare and Medicare
Physician & Other Practitioners files.
"""

from __future__ import annotations

_NAMES = {
    "npi": "national_provider_identifier npi_number provider_npi clinician_npi rendering_npi "
    "rndrng_npi individual_npi npi_id",
    "tin": "tax_id tax_identification_number taxpayer_identification_number tin_number practice_tin "
    "group_tin billing_tin ein employer_identification_number",
    "clinician_type": "eligible_clinician_type provider_type type_of_clinician",
    "enrolled_on": "enrollment_date pecos_enrollment_date medicare_enrollment_date date_enrolled",
    "newly_enrolled": "newly_enrolled_status new_to_medicare newly_enrolled_clinician",
    "allowed_charges": "allowed_amount medicare_allowed_amount total_medicare_allowed_amount "
    "tot_mdcr_alowd_amt total_allowed_charges",
    "paid_amount": "medicare_payment medicare_payment_amount total_medicare_payment_amount "
    "tot_mdcr_pymt_amt paid",
    "charges_1": "part_b_allowed_charges first_segment_charges allowed_charges_segment_1",
    "charges_2": "second_segment_charges allowed_charges_segment_2",
    "patients_1": "medicare_patients tot_benes beneficiaries number_of_medicare_beneficiaries "
    "part_b_patients first_segment_patients patients_segment_1",
    "patients_2": "second_segment_patients patients_segment_2",
    "services_1": "medicare_services tot_srvcs covered_services services first_segment_services",
    "eligible_clinicians": "practice_size group_size number_of_clinicians clinicians",
    "reports_as_group": "group_reporting reporting_as_group",
    "rural": "rural_status rural_clinician rural_practice",
    "hpsa": "hpsa_status hpsa_clinician health_professional_shortage_area_status "
    "health_professional_shortage_area",
    "small_practice": "small_practice_status small_practitioner small_practice_clinician",
    "non_patient_facing": "non_patient_facing_status non_patient_facing_clinician",
    "hospital_based": "hospital_based_status hospital_based_clinician",
    "asc_based": "ambulatory_surgical_center ambulatory_surgical_center_based_clinician "
    "ambulatory_surgical_center_based_status asc_based_status",
    "facility_based": "facility_based_status facility_based_clinician",
    "extreme_circumstances": "extreme_hardship extreme_and_uncontrollable_circumstances "
    "extreme_uncontrollable_circumstances extreme_and_uncontrollable",
    "dual_eligible_share": "dual_eligibility_ratio dual_eligible_ratio dual_eligible_proportion",
    "average_hcc": "hcc_risk_score_average average_hcc_risk_score bene_avg_risk_scre hcc hcc_score",
    "final_score": "final_mips_score mips_final_score mips_score total_score",
    "quality_score": "quality_category_score quality_performance_category_score quality",
    "cost_score": "cost_category_score cost_performance_category_score cost",
    "improvement_activities_score": "ia_category_score ia_score improvement_activities_category_score "
    "improvement_activities ia",
    "advancing_care_information_score": "aci_category_score aci_score aci advancing_care_information "
    "advancing_care_information_category_score",
    "promoting_interoperability_score": "pi_category_score pi_score pi promoting_interoperability "
    "promoting_interoperability_category_score promoting_interoperability_pi_category_score",
    "payment_adjustment": "payment_adjustment_percentage adjustment adjustment_percentage",
    "measure_id": "measure_identifier measure_number quality_id quality_measure_id measure",
    "activity_id": "activity improvement_activity_id activity_identifier",
    "collection_type": "submission_method reporting_method submission_type",
    "performance_met": "num_met met performance_met_count numerator_met",
    "performance_not_met": "not_met performance_not_met_count",
    "eligible_population": "eligible_instances denominator_eligible",
    "performance_rate": "prf_rate measure_performance_rate rate",
    "submission_id": "submission_identifier entity_id",
}

ALIASES: dict[str, str] = {
    alias: name for name, aliases in _NAMES.items() for alias in aliases.split()
}
"""Our name of a field, by the folded name of a column."""
