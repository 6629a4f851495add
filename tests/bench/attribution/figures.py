"""From answers to figures: one row per suite and figure, the engine beside its peers."""

from statistics import mean

import numpy as np

from tests.bench.attribution.engines import PEERS, Creditline
from tests.bench.attribution.scores import (
    NOTHING,
    WHOLE,
    calibration,
    distance,
    interval,
    micro_ap,
    recall_at,
    upper_bound,
)

LARGE = 150_000
"""A source of that many parts per million is expected to be found."""
ENGINES = (Creditline, *PEERS)
AT_LEAST = {
    "b1_uap": 0.88,
    "b1_recall_at_1_percent": 0.70,
    "b2_work_recall": 0.95,
    "b2_precision": 0.98,
    "b9_slope": 0.9,
}
AT_MOST = {
    "b2_total_variation": 0.12,
    "b3_total_variation": 0.25,
    "b6_false_attribution": 0.01,
    "b6_false_attribution_upper": 0.015,
    "b6_money_mispaid": 0.005,
    "b7_victim_loses": 0.05,
    "b7_variants_get": 0.01,
    "b9_weight_error": 0.05,
    "b10_seconds_p95": 2.0,
}


def measure(trials, found):
    """({figure: value of the engine}, rows of the table)."""
    by_suite = {}
    for trial, one in zip(trials, found, strict=True):
        by_suite.setdefault(trial.suite.split()[0].lower(), []).append(one)
    rows, figures = [], {}
    for name, values in _all(by_suite).items():
        suite, figure = name.split("_", 1)
        ours, *theirs = values
        figures[name] = round(ours[0], 4)
        low, high = ours[1] or (None, None)
        goal = f"≥ {AT_LEAST[name]}" if name in AT_LEAST else f"≤ {AT_MOST[name]}" if name in AT_MOST else ""
        between = f"{low:.3f}-{high:.3f}" if low is not None else ""
        rows.append(
            (
                suite,
                figure.replace("_", " "),
                f"{ours[0]:.3f}",
                between,
                *(f"{each[0]:.3f}" for each in theirs),
                goal,
            )
        )
    return figures, rows


def _all(suites):
    alarms = {
        engine.name: [answers[engine.name].confidence for _, answers in suites["b6"]] for engine in ENGINES
    }
    of = {
        **_each(suites["b1"], "b1_uap", _ranking),
        **_each(suites["b1"], "b1_first_is_right", lambda found, name: _mean(_firsts(found, name))),
        **_each(
            suites["b1"],
            "b1_recall_at_1_percent",
            lambda found, name: (recall_at(_answers(found, name), alarms[name], 0.01, len(found)), None),
        ),
        **_each(
            suites["b1"], "b1_paid_to_source", lambda found, name: _mean([_right(one, name) for one in found])
        ),
    }
    for suite in ("b2", "b2b", "b3"):
        of |= _each(
            suites[suite], f"{suite}_total_variation", lambda found, name: _mean(_distances(found, name))
        )
    of |= _each(suites["b2"], "b2_work_recall", lambda found, name: _mean(_recalled(found, name)))
    of |= _each(suites["b2"], "b2_precision", lambda found, name: _mean(_precise(found, name)))
    of |= _each(
        suites["b6"],
        "b6_false_attribution",
        lambda found, name: _mean([bool(a[name].paid) for _, a in found]),
    )
    of |= _each(
        suites["b6"],
        "b6_false_attribution_upper",
        lambda found, name: (upper_bound(sum(bool(a[name].paid) for _, a in found), len(found)), None),
    )
    of |= _each(
        suites["b6"],
        "b6_money_mispaid",
        lambda found, name: _mean([sum(a[name].paid.values()) / WHOLE for _, a in found]),
    )
    of |= _each(
        suites["b2"], "b9_weight_error", lambda found, name: (calibration(_weights(found, name))[0], None)
    )
    of |= _each(suites["b2"], "b9_slope", lambda found, name: (calibration(_weights(found, name))[1], None))
    seconds = [answers[Creditline.name].seconds for found in suites.values() for _, answers in found]
    of["b10_seconds_p95"] = [
        (float(np.percentile(seconds, 95)), None),
        *((float("nan"), None) for _ in PEERS),
    ]
    return of


def _each(found, figure, statistic):
    return {figure: [statistic(found, engine.name) for engine in ENGINES]}


def _mean(values):
    values = [float(each) for each in values]
    return (mean(values), interval(values)) if values else (float("nan"), None)


def _answers(found, name):
    return [(a[name].confidence, a[name].best in truth) for truth, a in found]


def _ranking(found, name):
    return micro_ap(_answers(found, name), len(found)), None


def _firsts(found, name):
    return [right for _, right in _answers(found, name)]


def _right(one, name):
    truth, answers = one
    return sum(part for work, part in answers[name].paid.items() if work in truth) / WHOLE


def _distances(found, name):
    return [distance(truth, answers[name].paid) for truth, answers in found]


def _recalled(found, name):
    return [
        work in answers[name].paid
        for truth, answers in found
        for work, part in truth.items()
        if part >= LARGE and work != NOTHING
    ]


def _precise(found, name):
    return [work in truth for truth, answers in found for work in answers[name].paid]


def _weights(found, name):
    pairs = []
    for truth, answers in found:
        paid = answers[name].paid
        pairs += [
            (truth.get(work, 0) / WHOLE, paid.get(work, 0) / WHOLE) for work in {*truth, *paid} - {NOTHING}
        ]
    return pairs
