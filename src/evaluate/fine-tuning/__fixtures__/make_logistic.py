"""Writes logistic.json: what scikit-learn's LogisticRegression gives for small data, solved to high precision.

Run: python make_logistic.py   (numpy, scikit-learn)
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

random = np.random.default_rng(7)
ROWS, COLUMNS, CLASSES, UNKNOWN = 60, 5, 3, 2
features = np.round(random.normal(size=(ROWS, COLUMNS)) * [1, 2, 0.5, 1, 3], 4)
slopes = random.normal(size=(COLUMNS, CLASSES))
labels = (features @ slopes + random.logistic(size=(ROWS, CLASSES)) > [0, 1, -1]).astype(int)
labels[random.random((ROWS, CLASSES)) < 0.1] = UNKNOWN

cases = []
for strength in [0.01, 1.0, 100.0]:
    weights, intercepts = [], []
    for column in range(CLASSES):
        known = labels[:, column] != UNKNOWN
        model = LogisticRegression(C=strength, tol=1e-12, max_iter=100_000)
        model.fit(features[known], labels[known, column])
        weights.append(model.coef_[0].tolist())
        intercepts.append(model.intercept_[0])
    cases.append({"strength": strength, "weights": weights, "intercepts": intercepts})

golden = {
    "sklearn": sklearn.__version__,
    "features": features.tolist(),
    "labels": labels.tolist(),
    "cases": cases,
}
Path(__file__).with_name("logistic.json").write_text(json.dumps(golden) + "\n")
