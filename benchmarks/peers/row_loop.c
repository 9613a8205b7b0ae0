/* The record phase of the work as a person writes it: one clinician after another, in doubles.
 * Compiled in the run: cc -O2 -shared -fPIC. Columns in, columns out. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define SLOTS 6
#define GUARD 1e-7

struct input {
    const int8_t *clinician_type, *partial_qp, *high_activities, *medium_activities;
    const bool *qp, *newly_enrolled, *opted_in, *small_practice, *non_patient_facing, *hospital_based,
        *hardship, *interoperability_bonus;
    const double *allowed_charges, *cost_score, *risk_score, *dual_share;
    const int32_t *patients, *services;
    const int32_t *numerator[4], *denominator[4];
    const int16_t *benchmark_id[SLOTS];
    const double *rate[SLOTS], *completeness[SLOTS];
    const int32_t *cases[SLOTS];
    const bool *inverse[SLOTS], *high_priority[SLOTS], *topped_out[SLOTS];
    const double (*cuts)[9];
    const bool *usable;
};

struct output {
    double *eligible, *reason, *quality, *cost_score, *interoperability, *improvement_activities,
        *quality_weight, *cost_weight, *interoperability_weight, *activities_weight,
        *complex_patient_bonus, *final_score;
};

static double hundredths(double x) { return floor(x * 100 + 0.5 + GUARD) / 100; }

static int reason(const struct input *in, int64_t i) {
    if (in->clinician_type[i] == 11) return 1;
    if (in->qp[i]) return 2;
    if (in->newly_enrolled[i]) return 3;
    if (in->partial_qp[i] == 1) return 4;
    int exceeded = (in->allowed_charges[i] > 90000) + (in->patients[i] > 200) + (in->services[i] > 200);
    if (exceeded == 0) return 5;
    if (exceeded < 3) return in->opted_in[i] ? 7 : 6;
    return 0;
}

static double benchmarked(const struct input *in, int64_t i, int slot, int benchmark) {
    const double *cuts = in->cuts[benchmark];
    double rate = in->rate[slot][i];
    double x = in->inverse[slot][i] ? rint((100 - rate) * 100) / 100 : rate;
    int decile = 0;
    while (decile < 9 && cuts[decile] <= x) decile++;
    double points;
    if (decile <= 1) points = 3;
    else if (decile == 9) points = 10;
    else {
        double within = (x - cuts[decile - 1]) / (cuts[decile] - cuts[decile - 1]);
        points = hundredths(decile + 1 + fmin(within, 0.9));
    }
    return in->topped_out[slot][i] ? fmin(points, 7) : points;
}

static double quality(const struct input *in, int64_t i, bool *any) {
    double points = 0;
    int counting = 0;
    *any = false;
    for (int slot = 0; slot < SLOTS; slot++) {
        int benchmark = in->benchmark_id[slot][i];
        if (benchmark < 0) continue;
        *any = true;
        if (in->completeness[slot][i] < 60) {
            points += in->small_practice[i] ? 3 : 1;
            continue;
        }
        bool enough = in->cases[slot][i] >= 20;
        if (enough && in->usable[benchmark]) points += benchmarked(in, i, slot, benchmark);
        else points += 3;
        if (enough && in->high_priority[slot][i] && in->rate[slot][i] > 0) counting++;
    }
    int bonus = counting > 1 ? 2 * (counting - 1) : 0;
    points += bonus > 6 ? 6 : bonus;
    if (in->small_practice[i] && *any) points += 6;
    return fmin(100, 100 * points / 60);
}

static double interoperability(const struct input *in, int64_t i) {
    static const int usual[4] = {10, 20, 20, 40};
    if (in->denominator[3][i] == 0) {
        bool excused = in->hospital_based[i] || in->non_patient_facing[i] || in->hardship[i] ||
                       (in->clinician_type[i] >= 5 && in->clinician_type[i] <= 10);
        return excused ? NAN : 0;
    }
    int last = usual[3];
    double points = 10 + (in->interoperability_bonus[i] ? 5 : 0);
    for (int each = 0; each < 4; each++) {
        int done = in->numerator[each][i], of = in->denominator[each][i];
        if (of == 0) {
            last += usual[each];
            continue;
        }
        if (done == 0) return 0;
        int weight = each == 3 ? last : usual[each];
        points += floor((double)weight * done / of + 0.5 + GUARD);
    }
    return fmin(100, points);
}

void score(const struct input *in, const struct output *out, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        int why = reason(in, i);
        bool any;
        double q = quality(in, i, &any);
        double c = in->cost_score[i];
        double p = interoperability(in, i);
        double activities = 20 * in->high_activities[i] + 10 * in->medium_activities[i];
        int doubled = in->small_practice[i] || in->non_patient_facing[i] ? 2 : 1;
        double a = fmin(100, 100 * activities * doubled / 40);
        double wq = 0.45, wc = 0.15, wp = 0.25;
        if (isnan(p)) { wp = 0; wq = isnan(c) ? 0.85 : 0.7; }
        else if (isnan(c)) wq = 0.6;
        if (isnan(c)) wc = 0;
        double bonus = 0;
        if (any || in->denominator[3][i] > 0 || activities > 0)
            bonus = fmin(5, in->risk_score[i] + 5 * in->dual_share[i]);
        double total = wq * q + 0.15 * a + bonus;
        if (!isnan(c)) total += wc * c;
        if (!isnan(p)) total += wp * p;
        out->eligible[i] = why == 0 || why == 7;
        out->reason[i] = why;
        out->quality[i] = q;
        out->cost_score[i] = c;
        out->interoperability[i] = p;
        out->improvement_activities[i] = a;
        out->quality_weight[i] = wq;
        out->cost_weight[i] = wc;
        out->interoperability_weight[i] = wp;
        out->activities_weight[i] = 0.15;
        out->complex_patient_bonus[i] = bonus;
        out->final_score[i] = fmin(100, hundredths(total));
    }
}
