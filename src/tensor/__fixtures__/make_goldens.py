"""Writes what PyTorch computes for small inputs, to compare synray's tensors, modules and optimisers with.

Run with any Python that has torch: /usr/bin/python3 src/tensor/__fixtures__/make_goldens.py
"""
import json
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

FOLDER = os.path.dirname(os.path.abspath(__file__))


def packed(tensor):
    kind = {torch.float32: "f32", torch.int64: "i64", torch.bool: "bool"}[tensor.dtype]
    values = tensor.detach().flatten().tolist()
    if kind == "f32":
        values = [float(f"{value:.9g}") for value in values]
    if kind == "bool":
        values = [int(value) for value in values]
    return {"dtype": kind, "shape": list(tensor.shape), "data": values}


def randomised(module):
    """Every parameter drawn anew, so that weights of one and biases of zero hide nothing."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.5)
        for name, buffer in module.named_buffers():
            if buffer.is_floating_point():
                buffer.copy_(torch.rand_like(buffer) + 0.5)
    return module


def case(run, inputs, module=None):
    """Forward and backward: the gradient that comes from above is drawn at random."""
    inputs = [x.requires_grad_() if x.is_floating_point() else x for x in inputs]
    state = {} if module is None else {k: packed(v) for k, v in module.state_dict().items()}
    output = run(*inputs)
    upstream = torch.randn_like(output)
    output.backward(upstream)
    result = {
        "state": state,
        "inputs": [packed(x) for x in inputs],
        "output": packed(output),
        "upstream": packed(upstream),
        "inputGradients": [None if x.grad is None else packed(x.grad) for x in inputs],
    }
    if module is not None:
        result["parameterGradients"] = {
            k: packed(p.grad) for k, p in module.named_parameters() if p.grad is not None
        }
        result["stateAfter"] = {k: packed(v) for k, v in module.named_buffers()}
    return result


def write(name, cases):
    with open(os.path.join(FOLDER, f"{name}.json"), "w") as file:
        json.dump(cases, file, separators=(",", ":"))
        file.write("\n")


def modules():
    r = torch.randn
    linear = randomised(nn.Linear(5, 3))
    plain = randomised(nn.Linear(5, 3, bias=False))
    conv = randomised(nn.Conv2d(2, 4, 3, stride=2, padding=1))
    grouped = randomised(nn.Conv2d(4, 4, (3, 1), padding=(2, 0), dilation=(2, 1), groups=2, bias=False))
    batch = randomised(nn.BatchNorm2d(3))
    frozen = randomised(nn.BatchNorm2d(3)).eval()
    layer = randomised(nn.LayerNorm(6, eps=1e-6))
    embed = randomised(nn.Embedding(7, 4, padding_idx=2))
    attention = randomised(nn.MultiheadAttention(8, 2, batch_first=True))
    cross = randomised(nn.MultiheadAttention(8, 4, batch_first=True))
    # No bias before the batch norm: its gradient would be nothing but rounding.
    sequence = randomised(
        nn.Sequential(nn.Conv2d(1, 3, 3, bias=False), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 2, 1), nn.GELU())
    )
    hidden = torch.tensor([[False, False, True, True], [False, False, False, True]])  # True hides, in PyTorch
    return {
        "linear": case(linear, [r(2, 3, 5)], linear),
        "linearWithoutBias": case(plain, [r(4, 5)], plain),
        "conv2d": case(conv, [r(2, 2, 5, 6)], conv),
        "conv2dGrouped": case(grouped, [r(1, 4, 5, 3)], grouped),
        "batchNormTraining": case(batch, [r(3, 3, 2, 2)], batch),
        "batchNormEvaluation": case(frozen, [r(2, 3, 2, 2)], frozen),
        "layerNorm": case(layer, [r(2, 3, 6)], layer),
        "embedding": case(embed, [torch.tensor([[1, 2, 6], [0, 1, 1]])], embed),
        "selfAttention": case(lambda x: attention(x, x, x)[0], [r(2, 3, 8)], attention),
        "crossAttention": case(
            lambda q, k, v, mask: cross(q, k, v, key_padding_mask=mask)[0],
            [r(2, 3, 8), r(2, 4, 8), r(2, 4, 8), hidden],
            cross,
        ),
        "sequential": case(sequence, [r(2, 1, 4, 4)], sequence),
    }


def functions():
    r = torch.randn
    picture = lambda: r(1, 2, 5, 6)
    theta = torch.tensor([[[0.8, 0.3, 0.1], [-0.2, 1.1, -0.3]]])
    classes = torch.tensor([2, 0, -100, 3])
    scores = lambda: r(2, 2, 3, 4)
    return {
        "crossEntropy": case(F.cross_entropy, [r(4, 5), classes]),
        "crossEntropySmoothed": case(
            lambda x, y: F.cross_entropy(x, y, label_smoothing=0.1, reduction="sum"), [r(4, 5), classes]
        ),
        "crossEntropySoft": case(lambda x, y: F.cross_entropy(x, y), [r(3, 4), torch.softmax(r(3, 4), 1)]),
        "binaryCrossEntropy": case(
            lambda x, y, w: F.binary_cross_entropy_with_logits(x, y, pos_weight=w.detach()),
            [r(3, 4), torch.rand(3, 4), torch.rand(4) + 0.5],
        ),
        "meanSquaredError": case(F.mse_loss, [r(3, 4), r(3, 4)]),
        "maxPool2d": case(lambda x: F.max_pool2d(x, 3, stride=2, padding=1), [picture()]),
        "avgPool2d": case(lambda x: F.avg_pool2d(x, 2), [picture()]),
        "adaptiveAvgPool2d": case(lambda x: F.adaptive_avg_pool2d(x, (2, 3)), [picture()]),
        "interpolate": case(lambda x: F.interpolate(x, (8, 4), mode="bilinear"), [picture()]),
        "interpolateAligned": case(
            lambda x: F.interpolate(x, (8, 4), mode="bilinear", align_corners=True), [picture()]
        ),
        "interpolateAntialiased": case(
            lambda x: F.interpolate(x, (3, 2), mode="bilinear", antialias=True), [picture()]
        ),
        "gridSample": case(
            lambda x, t: F.grid_sample(
                x, F.affine_grid(t, (1, 2, 4, 4), align_corners=False), padding_mode="border", align_corners=False
            ),
            [picture(), theta],
        ),
        "groupNorm": case(lambda x, w, b: F.group_norm(x, 2, w, b), [r(2, 4, 3), r(4), r(4)]),
        "normalize": case(lambda x: F.normalize(x, dim=-1), [r(3, 4)]),
        "gelu": case(F.gelu, [r(3, 4)]),
        "geluTanh": case(lambda x: F.gelu(x, approximate="tanh"), [r(3, 4)]),
        "logSoftmax": case(lambda x: F.log_softmax(x, 1), [r(3, 4)]),
        "logsumexp": case(lambda x: torch.logsumexp(x, (0, 1), keepdim=True), [r(3, 4)]),
        "attention": case(
            lambda q, k, v: torch.softmax(q @ k.transpose(-2, -1) / 2, -1) @ v, [scores(), scores(), scores()]
        ),
        "attentionCausal": case(
            lambda q, k, v: torch.softmax(
                (q @ k.transpose(-2, -1) / 2).masked_fill(torch.ones(3, 3).triu(1).bool(), float("-inf")), -1
            )
            @ v,
            [scores(), scores(), scores()],
        ),
        "einsum": case(lambda a, b: torch.einsum("bid,bjd->bij", a, b), [r(2, 3, 4), r(2, 2, 4)]),
    }


def optimisers():
    def course(make, clip=None):
        torch.manual_seed(3)
        weight, bias = nn.Parameter(torch.randn(3, 2)), nn.Parameter(torch.randn(3))
        x, y = torch.randn(6, 2), torch.randn(6, 3)
        start = [packed(weight), packed(bias)]
        optimiser = make(weight, bias)
        for _ in range(20):
            optimiser.zero_grad()
            # The bias joins at step 3: parameters count their own steps.
            F.mse_loss(x @ weight.t() + (bias if _ >= 3 else 0), y).backward()
            if _ < 3:
                bias.grad = None
            if clip is not None:
                nn.utils.clip_grad_norm_([p for p in (weight, bias) if p.grad is not None], clip)
            optimiser.step()
        return {"start": start, "x": packed(x), "y": packed(y), "end": [packed(weight), packed(bias)]}

    both = lambda kind, **settings: lambda w, b: kind([w, b], **settings)
    return {
        "sgd": course(both(torch.optim.SGD, lr=0.1)),
        "sgdMomentum": course(both(torch.optim.SGD, lr=0.05, momentum=0.9, weight_decay=0.01)),
        "sgdNesterov": course(both(torch.optim.SGD, lr=0.05, momentum=0.9, nesterov=True)),
        "adam": course(both(torch.optim.Adam, lr=0.05, weight_decay=0.1)),
        "adamW": course(both(torch.optim.AdamW, lr=0.05, betas=(0.8, 0.95), weight_decay=0.1)),
        "adamWGroups": course(
            lambda w, b: torch.optim.AdamW(
                [{"params": [w], "lr": 0.02, "weight_decay": 0.2}, {"params": [b], "weight_decay": 0.0}], lr=0.05
            )
        ),
        "adamWClipped": course(both(torch.optim.AdamW, lr=0.05, weight_decay=0.01), clip=0.5),
    }


torch.manual_seed(1)
write("modules", modules())
write("functions", functions())
write("optimisers", optimisers())
