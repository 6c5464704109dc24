"""Makes overlap.json: Dice, Jaccard, precision and recall for maps cut at thresholds, from the counts of torchmetrics,
divided in float64 (its own functions divide in float32).

python make_overlap.py   (needs torch, torchmetrics)
"""
import json
from pathlib import Path

import torch
from torchmetrics.functional.classification import binary_stat_scores

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)
cases = []
for count, share, threshold in [(49, 0.2, 0.0), (49, 0.2, 0.6), (400, 0.5, -0.3), (25, 0.04, 1.5), (16, 1.0, 0.2), (30, 0.3, 9.0)]:
    truth = (torch.arange(count) < share * count).long()[torch.randperm(count)]
    # Three decimals and a half, so that no value lies on a threshold.
    scores = (torch.randn(count) + truth).mul(1000).floor().add(0.5).div(1000)
    predicted = (scores >= threshold).long()
    tp, fp, _, fn, _ = (int(count) for count in binary_stat_scores(predicted, truth))
    cases.append(
        {
            "map": scores.tolist(),
            "truth": truth.tolist(),
            "threshold": threshold,
            "dice": 2 * tp / (2 * tp + fp + fn),
            "iou": tp / (tp + fp + fn),
            "precision": tp / (tp + fp) if tp + fp else 0,
            "recall": tp / (tp + fn),
        }
    )
path = Path(__file__).parent / "overlap.json"
path.write_text(json.dumps(cases))
print([{k: v for k, v in c.items() if not isinstance(v, list)} for c in cases])
