"""Writes overlap.json: Jaccard index and Dice (F1 over pixels) of small masks as torchmetrics defines them.

Run: python make_overlap.py   (torch, torchmetrics)
"""

import json
from pathlib import Path

import torch
import torchmetrics
from torchmetrics.functional.classification import binary_f1_score, binary_jaccard_index

random = torch.Generator().manual_seed(3)
cases = []
for share in [0.1, 0.3, 0.5, 0.9]:
    truth = (torch.rand(64, generator=random) < share).int()
    predicted = torch.where(torch.rand(64, generator=random) < 0.25, 1 - truth, truth).int()
    cases.append(
        {
            "predicted": predicted.tolist(),
            "truth": truth.tolist(),
            "iou": binary_jaccard_index(predicted.double(), truth).item(),
            "dice": binary_f1_score(predicted.double(), truth).item(),
        }
    )
golden = {"torchmetrics": torchmetrics.__version__, "cases": cases}
Path(__file__).with_name("overlap.json").write_text(json.dumps(golden) + "\n")
