"""The Python side of `npm run bench tensor`: the same work on the same libtorch, one line of JSON per request."""
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride != 1 or inputs != width:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        added = x if self.downsample is None else self.downsample(x)
        hidden = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(hidden)).add_(added), inplace=True)


class ResNet18(nn.Module):
    """torchvision's resnet18 for pictures with one channel."""

    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        widths = [64, 64, 128, 256, 512]
        for stage in range(1, 5):
            stride = 1 if stage == 1 else 2
            first = Block(widths[stage - 1], widths[stage], stride)
            setattr(self, f"layer{stage}", nn.Sequential(first, Block(widths[stage], widths[stage], 1)))
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x)), inplace=True), 3, 2, 1)
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
        return self.fc(x.mean((2, 3)))


class Work:
    def __init__(self, threads, batch, side):
        torch.set_num_threads(threads)
        self.net = ResNet18(10)
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
        started, processor = time.perf_counter(), time.process_time()
        for _ in range(count):
            loss = self.step()
        return {
            "milliseconds": (time.perf_counter() - started) / count * 1000,
            "processorMilliseconds": (time.process_time() - processor) / count * 1000,
            "loss": loss,
        }

    def adds(self, count):
        x = torch.ones(2, 2)
        started = time.perf_counter()
        for _ in range(count):
            torch.add(x, x)
        return {"microseconds": (time.perf_counter() - started) / count * 1e6}


work = None
for line in sys.stdin:
    name, *numbers = line.split()
    numbers = [int(number) for number in numbers]
    if name == "start":
        work = Work(*numbers)
        answer = {"version": torch.__version__, "threads": torch.get_num_threads()}
    else:
        answer = getattr(work, name)(*numbers)
    print(json.dumps(answer), flush=True)
