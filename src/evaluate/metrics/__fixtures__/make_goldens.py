"""Makes goldens.json: measures of scikit-learn (and DeLong's test by its definition) on small made-up scores.

python make_goldens.py   (needs numpy, scipy, scikit-learn)
"""
import json
from pathlib import Path

import numpy as np
from scipy.stats import norm
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, average_precision_score, precision_recall_curve, roc_auc_score

BINS = 15


def best_f1(labels, scores):
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    with np.errstate(invalid="ignore"):
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))[:-1]
    best = np.argmax(np.round(f1, 13))
    return thresholds[best], f1[best], accuracy_score(labels, scores >= thresholds[best])


def calibration_error(labels, probabilities):
    edges = np.linspace(0, 1, BINS + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], probabilities), minlength=BINS)
    observed, predicted = calibration_curve(labels, probabilities, n_bins=BINS, strategy="uniform")
    return np.sum(np.abs(observed - predicted) * counts[counts > 0]) / len(labels)


def delong(labels, first, second):
    """The definition: every pair of a positive and a negative."""
    parts = []
    for scores in (first, second):
        x, y = scores[labels == 1], scores[labels == 0]
        psi = (x[:, None] > y[None]) + 0.5 * (x[:, None] == y[None])
        parts.append((psi.mean(), psi.mean(1), psi.mean(0)))
    (a, a10, a01), (b, b10, b01) = parts
    s10, s01 = np.cov(a10, b10), np.cov(a01, b01)
    contrast = np.array([1, -1])
    variance = contrast @ (s10 / len(a10) + s01 / len(a01)) @ contrast
    return {"first": a, "second": b, "variance": variance, "p": 2 * norm.sf(abs(a - b) / np.sqrt(variance))}


def case(name, rng, count, prevalence, digits):
    labels = (rng.random(count) < prevalence).astype(int)
    labels[:2] = [0, 1]
    first = np.round(1 / (1 + np.exp(-(rng.normal(size=count) + labels))), digits)
    second = np.round(1 / (1 + np.exp(-(rng.normal(size=count) + 0.4 * labels))), digits)
    return golden(name, labels, first, second)


def golden(name, labels, first, second):
    labels, first, second = np.asarray(labels), np.asarray(first, float), np.asarray(second, float)
    threshold, f1, accuracy = best_f1(labels, first)
    return {
        "name": name,
        "labels": labels.tolist(),
        "first": first.tolist(),
        "second": second.tolist(),
        "auc": roc_auc_score(labels, first),
        "averagePrecision": average_precision_score(labels, first),
        "bestF1": {"threshold": threshold, "f1": f1, "accuracy": accuracy},
        "calibrationError": calibration_error(labels, first),
        "delong": delong(labels, first, second),
    }


rng = np.random.default_rng(7)
cases = [
    case("no ties", rng, 200, 0.3, 9),
    case("many ties", rng, 200, 0.4, 1),
    case("rare positives", rng, 300, 0.02, 3),
    case("mostly positives", rng, 60, 0.9, 2),
    case("ten samples", rng, 10, 0.5, 1),
    golden("all tied", [0, 1, 1, 0, 1, 0], [0.5] * 6, [0.1, 0.9, 0.4, 0.4, 0.6, 0.5]),
    golden("all in order", [0, 0, 0, 1, 1], [0.1, 0.2, 0.2, 0.7, 1.0], [0.3, 0.1, 0.2, 0.1, 0.4]),
    golden("all in the wrong order", [1, 1, 0, 0, 0], [0.0, 0.2, 0.5, 0.5, 1.0], [0.3, 0.1, 0.2, 0.1, 0.4]),
    golden("a tie at the top", [1, 0, 0, 1, 0, 1], [0.9, 0.9, 0.9, 0.4, 0.4, 0.1], [0.9, 0.8, 0.1, 0.4, 0.2, 0.1]),
    golden("on the edges of the bins", rng.integers(0, 2, 62), np.r_[np.arange(16) / 15, np.linspace(0, 1, 16), np.arange(30) / 30], rng.random(62)),
]
path = Path(__file__).parent / "goldens.json"
path.write_text(json.dumps(cases))
print(path, path.stat().st_size)
