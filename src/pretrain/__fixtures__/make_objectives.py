"""Makes objectives.json: every objective, grounded term and twin term restated in PyTorch (float64) from its
definition, pair by pair or caption by caption, with all gradients.

    python make_objectives.py     (torch)
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(5)
torch.set_default_dtype(torch.float64)

PAIRS, DIMENSION, HEIGHT, WIDTH, WORDS = 6, 5, 2, 3, 7


def listed(tensor: torch.Tensor) -> dict:
    return {"shape": list(tensor.shape), "data": tensor.detach().flatten().tolist()}


def leaf(*shape: int) -> torch.Tensor:
    return torch.randn(*shape).float().double().requires_grad_()


def case(settings: dict, inputs: dict, learnt: dict, loss: torch.Tensor) -> dict:
    """What goes in, the loss, and the gradient of everything that has one."""
    loss.backward()
    known = {**inputs, **learnt}
    return {
        "settings": settings,
        "inputs": {name: listed(value) for name, value in inputs.items()},
        "loss": loss.item(),
        "gradients": {name: listed(value.grad) for name, value in known.items() if value.grad is not None},
    }


def pairs(matches: torch.Tensor | None, mask: torch.Tensor | None = None) -> dict:
    inputs = {"image": leaf(PAIRS, DIMENSION), "text": leaf(PAIRS, DIMENSION)}
    if mask is not None:
        inputs |= {
            "cells": leaf(PAIRS, DIMENSION, HEIGHT, WIDTH),
            "words": leaf(PAIRS, WORDS, DIMENSION),
            "mask": mask,
        }
    return inputs if matches is None else {**inputs, "matches": matches}


def cosines(inputs: dict) -> torch.Tensor:
    return torch.stack([torch.stack([F.cosine_similarity(v, u, dim=0) for u in inputs["text"]]) for v in inputs["image"]])


def cross_entropy(logits: torch.Tensor, matches: torch.Tensor | None) -> torch.Tensor:
    """Pictures to texts, one picture at a time; give the transposes for texts to pictures."""
    total = torch.zeros(())
    for i in range(len(logits)):
        right = [i] if matches is None else [j for j in range(len(logits)) if matches[i, j] == 1]
        for j in right:
            total = total - torch.log(torch.exp(logits[i, j]) / torch.exp(logits[i]).sum()) / len(right)
    return total / len(logits)


def both_ways(logits: torch.Tensor, matches: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    return cross_entropy(logits, matches), cross_entropy(logits.T, None if matches is None else matches.T)


def convirt(temperature: float, weight: float, matches: torch.Tensor | None) -> dict:
    inputs = pairs(matches)
    to_text, to_image = both_ways(cosines(inputs) / temperature, matches)
    settings = {"name": "convirt", "temperature": temperature, "lambda": weight}
    return case(settings, inputs, {}, weight * to_text + (1 - weight) * to_image)


def clip(temperature: float, matches: torch.Tensor | None) -> dict:
    inputs = pairs(matches)
    log_scale = torch.tensor([-math.log(temperature)]).requires_grad_()
    to_text, to_image = both_ways(cosines(inputs) * log_scale.exp(), matches)
    return case(
        {"name": "clip", "temperature": temperature}, inputs, {"log_scale": log_scale}, (to_text + to_image) / 2
    )


def siglip(scale: float, offset: float, matches: torch.Tensor | None) -> dict:
    inputs = pairs(matches)
    log_scale, bias = torch.tensor([math.log(scale)]).requires_grad_(), torch.tensor([float(offset)]).requires_grad_()
    cosine, loss = cosines(inputs), torch.zeros(())
    for i in range(PAIRS):
        for j in range(PAIRS):
            right = i == j if matches is None else matches[i, j] == 1
            sign = 1 if right else -1
            loss = loss - torch.log(torch.sigmoid(sign * (log_scale.exp() * cosine[i, j] + bias))).sum() / PAIRS
    return case(
        {"name": "siglip", "scale": scale, "bias": offset}, inputs, {"log_scale": log_scale, "bias": bias}, loss
    )


def gloria(settings: dict, mask: torch.Tensor, matches: torch.Tensor | None) -> dict:
    inputs = pairs(matches, mask)
    columns = []
    for caption in range(PAIRS):
        words = inputs["words"][caption][mask[caption] == 1]
        column = []
        for picture in range(PAIRS):
            cells = inputs["cells"][picture].flatten(1).T
            over_words = torch.softmax(cells @ words.T, dim=1)
            attention = torch.softmax(settings["attention"] * over_words, dim=0)
            context = attention.T @ cells
            cosine = F.cosine_similarity(context, words, dim=1)
            column.append(torch.log(torch.exp(settings["words"] * cosine).sum()))
        columns.append(torch.stack(column))
    local = sum(both_ways(torch.stack(columns, dim=1) * settings["scale"], matches))
    whole = sum(both_ways(cosines(inputs) * settings["scale"], matches))
    loss = settings["globalWeight"] * whole + settings["localWeight"] * local
    return case({"name": "gloria", **settings}, inputs, {}, loss)


def grounding_inputs() -> dict:
    target = (torch.rand(3, 4, HEIGHT, WIDTH) * (torch.rand(3, 4, 1, 1) > 0.5)).float().double()
    return {
        "cells": leaf(3, DIMENSION, HEIGHT, WIDTH),
        "phrases": leaf(4, DIMENSION),
        "words": leaf(4, 3, DIMENSION),
        "mask": torch.tensor([[1.0, 1, 1], [1, 0, 0], [1, 1, 0], [0, 1, 1]]),
        "target": target,
        "known": (torch.rand(3, 4) > 0.2).double(),
    }


def absence(inputs: dict) -> torch.Tensor:
    target = inputs["target"]
    return inputs["known"][:, :, None, None] * (1 - target) * (0.1 + target.amax(0, keepdim=True))


def grounding() -> dict:
    inputs = grounding_inputs()
    log_scale, bias = torch.tensor([10.0]).log().requires_grad_(), torch.tensor([-2.0], requires_grad=True)
    cosine = F.cosine_similarity(inputs["cells"].unsqueeze(1), inputs["phrases"][None, :, :, None, None], dim=2)
    probability = torch.sigmoid(log_scale.exp() * cosine + bias)
    near = inputs["known"][:, :, None, None] * inputs["target"]
    far = absence(inputs)
    loss = (
        (near * -probability.log()).sum() / near.sum() + (far * -(1 - probability).log()).sum() / far.sum()
    ) / 2
    return case({"name": "convirt"}, inputs, {"log_scale": log_scale, "bias": bias}, loss)


def attention_grounding(sharpness: float) -> dict:
    inputs = grounding_inputs()
    far = absence(inputs).flatten(2)
    hits, misses = [], torch.zeros(())
    for picture in range(3):
        cells = inputs["cells"][picture].flatten(1).T
        for phrase in range(4):
            words = inputs["words"][phrase][inputs["mask"][phrase] == 1]
            score = torch.exp(cells @ words.T)
            share = score / (1 + score.sum(1, keepdim=True))
            misses = misses + (far[picture, phrase] * -torch.log(1 - share.sum(1))).sum()
            target = inputs["target"][picture, phrase].flatten()
            if target.max() > 0 and inputs["known"][picture, phrase] == 1:
                attention = torch.softmax(sharpness * share, dim=0)
                hits.append(-torch.log(target @ attention).mean())
    loss = (torch.stack(hits).mean() + misses / far.sum()) / 2
    return case({"name": "gloria", "attention": sharpness}, inputs, {}, loss)


def twins(temperature: float, denied: bool) -> dict:
    owners = torch.tensor([4, 0, 4])
    inputs = {"images": leaf(PAIRS, DIMENSION), "twins": leaf(3, DIMENSION), "texts": leaf(3, DIMENSION)}
    if denied:
        inputs["denials"] = leaf(3, DIMENSION)
    named, unnamed = [], []
    for row, owner in enumerate(owners):
        v, twin, text = inputs["images"][owner], inputs["twins"][row], inputs["texts"][row]
        like = [torch.exp(F.cosine_similarity(x, text, dim=0) / temperature) for x in (v, twin)]
        named.append(-torch.log(like[0] / (like[0] + like[1])))
        if denied:
            denial = inputs["denials"][row]
            like = [torch.exp(F.cosine_similarity(x, denial, dim=0) / temperature) for x in (v, twin)]
            unnamed.append(-torch.log(like[1] / (like[0] + like[1])))
    loss = torch.stack(named).mean()
    if denied:
        loss = (loss + torch.stack(unnamed).mean()) / 2
    return case({"temperature": temperature}, {**inputs, "owners": owners}, {}, loss)


shared = torch.eye(PAIRS)
shared[0, 3] = shared[3, 0] = shared[2, 5] = shared[2, 4] = 1
lengths = torch.tensor([7, 3, 1, 6, 3, 2])
ends = (torch.arange(WORDS)[None] < lengths[:, None]).double()
holes = ends.clone()
holes[0, 2] = holes[1, 0] = holes[3, 4] = 0
full = torch.ones(PAIRS, WORDS)
official = {"attention": 4, "words": 5, "scale": 10, "globalWeight": 1, "localWeight": 1}
other = {"attention": 2, "words": 3, "scale": 4, "globalWeight": 0.5, "localWeight": 2}

cases = {
    "objectives": [
        convirt(0.1, 0.75, None),
        convirt(0.5, 0.3, None),
        convirt(0.1, 0.75, shared),
        clip(0.07, None),
        clip(0.2, shared),
        siglip(10, -10, None),
        siglip(4, -1, shared),
        gloria(official, ends, None),
        gloria(official, full, None),
        gloria(other, holes, shared),
    ],
    "grounding": [grounding(), attention_grounding(4), attention_grounding(9)],
    "twins": [twins(0.1, False), twins(0.3, True)],
}
(Path(__file__).parent / "objectives.json").write_text(json.dumps(cases) + "\n")
