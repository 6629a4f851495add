"""What a suite's answers amount to, and how sure that is."""

import numpy as np

NOTHING = "nothing"
WHOLE = 1_000_000
RESAMPLES = 1000


def distance(truth, paid):
    """Total variation between true and paid shares in parts per million: half the sum of differences, 0 to 1."""
    whole = {**paid, NOTHING: WHOLE - sum(paid.values())}
    return sum(abs(truth.get(name, 0) - whole.get(name, 0)) for name in {*truth, *whole}) / (2 * WHOLE)


def micro_ap(answers, positives):
    """Average precision of all answers in one list (uAP of DISC21). `answers`: (confidence, is right)."""
    ranked = sorted(answers, key=lambda answer: -answer[0])
    right = np.array([is_right for _, is_right in ranked], bool)
    if not right.any():
        return 0.0
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    return float(precision[right].sum() / positives)


def recall_at(answers, alarms, rate, positives):
    """The part found at a threshold that at most `rate` of `alarms`, the confidences of pictures of nothing, reach."""
    allowed = int(rate * len(alarms))
    threshold = sorted(alarms, reverse=True)[allowed] if allowed < len(alarms) else -np.inf
    return sum(is_right and confidence > threshold for confidence, is_right in answers) / positives


def interval(values, statistic=np.mean, seed=0):
    """95 % by bootstrap: (lower, upper)."""
    values = np.asarray(values, float)
    chance = np.random.default_rng(seed)
    drawn = [statistic(values[chance.integers(0, len(values), len(values))]) for _ in range(RESAMPLES)]
    return tuple(float(each) for each in np.percentile(drawn, (2.5, 97.5)))


def upper_bound(count, of):
    """Clopper and Pearson's, one-sided, 95 %: the rate of a mistake that was seen `count` times."""
    from scipy.stats import beta

    return 1.0 if count == of else float(beta.ppf(0.95, count + 1, of - count))


def calibration(pairs, bins=10):
    """(mean error of weights over bins of paid share, slope of true on paid share). `pairs`: (true, paid), 0 to 1."""
    true, paid = np.array(pairs).T
    edges = np.minimum((paid * bins).astype(int), bins - 1)
    errors = [
        (edges == at).mean() * abs(true[edges == at].mean() - paid[edges == at].mean()) for at in set(edges)
    ]
    spread = paid.var()
    return float(sum(errors)), float(((paid - paid.mean()) * true).mean() / spread) if spread else float(
        "nan"
    )
