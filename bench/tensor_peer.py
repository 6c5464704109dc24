"""The Python side of `npm run bench tensor`: the same work on the same libtorch."""

import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from answer import serve, timed
from networks import ResNet


class Classifier(ResNet):
    """torchvision's resnet18 for pictures with one channel."""

    def __init__(self, classes):
        widths = [64, 128, 256, 512]
        form = {"block": "basic", "stem": 64, "widths": widths, "depths": [2, 2, 2, 2], "strides": [1, 2, 2, 2]}
        super().__init__({**form, "channels": 1, "local_layer": "layer4"})
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        return self.fc(super().forward(x)[0])


class Work:
    def __init__(self, threads, batch, side):
        torch.set_num_threads(threads)
        self.net = Classifier(10)
        # The same numbers on both sides: drawn by libtorch's generator, in the order of the names.
        torch.manual_seed(0)
        with torch.no_grad():
            for _, parameter in sorted(self.net.named_parameters()):
                parameter.copy_(torch.randn(parameter.shape) * 0.05)
        self.pictures = torch.randn(batch, 1, side, side)
        self.classes = torch.arange(batch) % 10
        self.optimiser = torch.optim.SGD(self.net.parameters(), lr=0.01, momentum=0.9, foreach=True)

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.net(self.pictures), self.classes)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def steps(self, count):
        return timed(count, self.step)

    def adds(self, count):
        x = torch.ones(2, 2)
        started = time.perf_counter()
        for _ in range(count):
            torch.add(x, x)
        return {"microseconds": (time.perf_counter() - started) / count * 1e6}


serve(Work)
