"""Makes retrieval.json: R@k of torchmetrics' RetrievalRecall for random vectors of pictures and texts.

python make_retrieval.py   (needs torch, torchmetrics)
"""
import json
from pathlib import Path

import torch
from torchmetrics.retrieval import RetrievalRecall

torch.manual_seed(5)
count, dimension = 40, 6
texts = torch.nn.functional.normalize(torch.randn(count, dimension), dim=1)
images = torch.nn.functional.normalize(texts + 0.5 * torch.randn(count, dimension), dim=1)


def recall(similarity, k):
    queries = torch.arange(count).repeat_interleave(count)
    right = torch.eye(count, dtype=torch.long).flatten()
    return RetrievalRecall(top_k=k)(similarity.flatten(), right, indexes=queries).item()


both = {"imageToText": images @ texts.T, "textToImage": texts @ images.T}
golden = {
    "images": images.tolist(),
    "texts": texts.tolist(),
    # Shares of 40 queries; the metric divides in float32.
    "recall": {
        name: {k: round(recall(similarity, k) * count) / count for k in (1, 5, 10)} for name, similarity in both.items()
    },
}
path = Path(__file__).parent / "retrieval.json"
path.write_text(json.dumps(golden))
print(golden["recall"])
