"""Makes goldens.json: FID by torchmetrics and by scipy's root, KID by torchmetrics, PRDC by the package prdc.

python make_goldens.py   (needs numpy, scipy, torch, torchmetrics, prdc)
"""
import json
from pathlib import Path

import numpy as np
import torch
from prdc import compute_prdc
from scipy.linalg import sqrtm
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.kid import poly_mmd

random = np.random.default_rng(7)


def vectors(count, dimension, shift, scale):
    mix = random.normal(size=(dimension, dimension))
    return (random.normal(size=(count, dimension)) @ mix * scale + shift).astype(np.float32)


def moments(x):
    x = x.astype(np.float64)
    return x.mean(0), np.cov(x, rowvar=False)


def fid_torchmetrics(one, other):
    (m1, c1), (m2, c2) = moments(one), moments(other)
    return _compute_fid(*[torch.from_numpy(part) for part in (m1, c1, m2, c2)]).item()


def fid_scipy(one, other):
    (m1, c1), (m2, c2) = moments(one), moments(other)
    root = sqrtm(c1 @ c2)
    return float(((m1 - m2) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * np.trace(np.real(root)))


def fid_factors(one, other):
    """The definition without a root of a matrix: singular values of the product of the centred data."""
    (m1, c1), (m2, c2) = moments(one), moments(other)
    a = (one.astype(np.float64) - m1) / np.sqrt(len(one) - 1)
    b = (other.astype(np.float64) - m2) / np.sqrt(len(other) - 1)
    root = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    return float(((m1 - m2) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * root)


def case(name, real, synthetic, k=5):
    full = len(real) > real.shape[1] and len(synthetic) > real.shape[1]
    fid = {"factors": fid_factors(real, synthetic)}
    if full:
        fid["torchmetrics"] = fid_torchmetrics(real, synthetic)
        fid["scipy"] = fid_scipy(real, synthetic)
    r, s = [torch.from_numpy(x.astype(np.float64)) for x in (real, synthetic)]
    one = min(len(real), len(synthetic))
    return {
        "name": name,
        "dimension": real.shape[1],
        "real": [float(v) for v in real.ravel()],
        "synthetic": [float(v) for v in synthetic.ravel()],
        "fid": fid,
        # torchmetrics takes sets of one size.
        "kid": poly_mmd(r[:one], s[:one]).item(),
        "prdc": {key: float(v) for key, v in compute_prdc(
            real.astype(np.float64), synthetic.astype(np.float64), k).items()},
    }


base = vectors(60, 6, 0.0, 0.4)
cases = [
    case("near", base, base[random.permutation(60)[:45]] + random.normal(size=(45, 6)).astype(np.float32) * 0.3),
    case("shifted and wider", vectors(50, 5, 0.0, 0.3), vectors(64, 5, 0.4, 0.5)),
    case("far from the origin", vectors(40, 4, 30.0, 0.2), vectors(40, 4, 30.3, 0.2)),
    case("fewer vectors than dimensions", vectors(12, 30, 0.0, 0.2), vectors(9, 30, 0.2, 0.2)),
]
text = json.dumps({"cases": cases}, indent=1)
import re

# One line a list of numbers.
text = re.sub(r"\[\s+((?:-?[\d.e+-]+,?\s+)+)\]", lambda m: "[" + " ".join(m.group(1).split()) + "]", text)
Path(__file__).with_name("goldens.json").write_text(text + "\n")
