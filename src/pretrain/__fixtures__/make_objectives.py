"""Makes objectives.json: ConVIRT and the grounded term restated in PyTorch (float64), with all gradients.

    python make_objectives.py     (torch)
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(5)
torch.set_default_dtype(torch.float64)


def listed(tensor: torch.Tensor) -> dict:
    return {"shape": list(tensor.shape), "data": tensor.flatten().tolist()}


def leaf(*shape: int) -> torch.Tensor:
    return torch.randn(*shape).float().double().requires_grad_()


def convirt(temperature: float, weight: float, matches: torch.Tensor | None) -> dict:
    images, texts = leaf(6, 5), leaf(6, 5)
    # The definition, one pair at a time.
    cosine = torch.stack([torch.stack([F.cosine_similarity(v, u, dim=0) for u in texts]) for v in images])
    target = torch.eye(6) if matches is None else matches
    to_texts, to_images = target / target.sum(1, keepdim=True), target / target.sum(0, keepdim=True)
    loss = torch.zeros(())
    for i in range(6):
        to_text = -torch.log(torch.exp(cosine[i] / temperature) / torch.exp(cosine[i] / temperature).sum())
        to_image = -torch.log(torch.exp(cosine[:, i] / temperature) / torch.exp(cosine[:, i] / temperature).sum())
        loss = loss + weight * (to_texts[i] * to_text).sum() + (1 - weight) * (to_images[:, i] * to_image).sum()
    loss = loss / 6
    loss.backward()
    return {
        "temperature": temperature,
        "lambda": weight,
        "matches": None if matches is None else listed(matches),
        "images": listed(images.detach()),
        "texts": listed(texts.detach()),
        "loss": loss.item(),
        "imageGradient": listed(images.grad),
        "textGradient": listed(texts.grad),
    }


def grounding() -> dict:
    cells, phrases = leaf(3, 5, 2, 3), leaf(4, 5)
    log_scale, bias = torch.tensor([10.0]).log().requires_grad_(), torch.tensor([-2.0], requires_grad=True)
    target = (torch.rand(3, 4, 2, 3) * (torch.rand(3, 4, 1, 1) > 0.5)).float().double()
    known = (torch.rand(3, 4) > 0.2).double()
    cosine = F.cosine_similarity(cells.unsqueeze(1), phrases[None, :, :, None, None], dim=2)
    probability = torch.sigmoid(log_scale.exp() * cosine + bias)
    near = known[:, :, None, None] * target
    far = known[:, :, None, None] * (1 - target) * (0.1 + target.amax(0, keepdim=True))
    loss = (
        (near * -probability.log()).sum() / near.sum() + (far * -(1 - probability).log()).sum() / far.sum()
    ) / 2
    loss.backward()
    return {
        "cells": listed(cells.detach()),
        "phrases": listed(phrases.detach()),
        "target": listed(target),
        "known": listed(known),
        "loss": loss.item(),
        "cellGradient": listed(cells.grad),
        "phraseGradient": listed(phrases.grad),
        "scaleGradient": listed(log_scale.grad),
        "biasGradient": listed(bias.grad),
    }


shared = torch.eye(6)
shared[0, 3] = shared[3, 0] = shared[2, 5] = shared[2, 4] = 1
cases = {
    "convirt": [convirt(0.1, 0.75, None), convirt(0.5, 0.3, None), convirt(0.1, 0.75, shared)],
    "grounding": grounding(),
}
(Path(__file__).parent / "objectives.json").write_text(json.dumps(cases) + "\n")
