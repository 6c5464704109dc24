"""Makes words.json: GLoRIA's local similarity after training and its attention, caption by caption as its paper says.

python make_words.py   (needs torch)
"""
import json
from pathlib import Path

import torch
from torch.nn.functional import cosine_similarity

torch.set_default_dtype(torch.float64)
torch.manual_seed(11)
pictures, texts, dimension, height, width, longest = 3, 4, 6, 2, 3, 5
cells = torch.randn(pictures, dimension, height, width)
words = torch.randn(texts, longest, dimension)
counts = [5, 1, 3, 2]

similarity, attention, cosines = [], [], []
for picture in cells:
    context = picture.flatten(1)  # D × R
    for caption, count in zip(words, counts):
        own = caption[:count]  # W × D
        scores = context.T @ own.T  # R × W
        alpha = torch.softmax(4 * torch.softmax(scores, dim=1), dim=0)
        weighted = context @ alpha  # D × W
        similarity.append(cosine_similarity(weighted.T, own, dim=1).max().item())
        attention += alpha.mean(1).mul(height * width).tolist()
        unit = context / context.norm(dim=0)
        cosines += (unit.T @ (own / own.norm(dim=1, keepdim=True)).T).mean(1).tolist()

golden = {
    "cells": cells.flatten().tolist(),
    "shape": [pictures, dimension, height, width],
    "words": words.flatten().tolist(),
    "counts": counts,
    "longest": longest,
    "similarity": similarity,
    "attention": attention,
    "cosines": cosines,
}
path = Path(__file__).parent / "words.json"
path.write_text(json.dumps(golden))
print(path.stat().st_size)
