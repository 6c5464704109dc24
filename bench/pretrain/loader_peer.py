"""The usual loader: PyTorch's DataLoader with Pillow, from the same PNG files to batches on which a step can begin.

`epoch` goes once through all pictures with two workers that live on from epoch to epoch; each picture is read, made
grey, resized to `size`, warped by a random affine map, varied in gamma, contrast and brightness, and normalised, in the
worker as is usual. `end` ends the workers.
"""

import json
import math
import random
import resource
import time
from pathlib import Path

import torch
from answer import serve
from PIL import Image
from torch.utils.data import DataLoader, Dataset


class Pictures(Dataset):
    def __init__(self, folder, size):
        self.files = sorted(Path(folder).glob("*.png"))
        self.texts = json.loads((Path(folder) / "texts.json").read_text())
        self.size = size

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        size = self.size
        with Image.open(self.files[index]) as file:
            picture = file.convert("L")
        # A random part of the picture, turned a little: the same affine map as synray draws.
        zoom = random.uniform(0.8, 1.05) * picture.width / size
        angle = math.radians(random.uniform(-10, 10))
        shift = [random.uniform(-0.06, 0.06) * picture.width for _ in range(2)]
        cos, sin, middle = zoom * math.cos(angle), zoom * math.sin(angle), size / 2
        offset = [
            picture.width / 2 + shift[0] - cos * middle + sin * middle,
            picture.height / 2 + shift[1] - sin * middle - cos * middle,
        ]
        matrix = (cos, -sin, offset[0], sin, cos, offset[1])
        picture = picture.transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
        pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8)
        values = pixels.reshape(1, size, size).float().div_(255)
        values = values.pow_(math.exp(random.uniform(math.log(0.7), math.log(1.4))))
        values = values.sub_(0.5).mul_(random.uniform(0.7, 1.4)).add_(0.5 + random.uniform(-0.15, 0.15)).clamp_(0, 1)
        values = (values - values.mean()) / (values.std() + 1e-6)
        return values, random.choice(self.texts[index])


class Work:
    def __init__(self, folder, size, batch):
        torch.set_num_threads(1)
        self.loader = DataLoader(
            Pictures(folder, size),
            batch_size=batch,
            shuffle=True,
            num_workers=2,
            drop_last=True,
            persistent_workers=True,
        )
        self.before = resource.getrusage(resource.RUSAGE_SELF)

    def epoch(self):
        """From the first batch to the last."""
        started = time.perf_counter()
        count = sum(len(texts) for _, texts in self.loader)
        return {"samplesPerSecond": count / (time.perf_counter() - started)}

    def end(self):
        """Processor seconds of all epochs, in this process and in the workers, without the start of this process."""
        self.loader._iterator = None  # ends the persistent workers, so that their time is counted
        spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        seconds = sum(each.ru_utime + each.ru_stime for each in spent)
        return {"seconds": seconds - self.before.ru_utime - self.before.ru_stime}


if __name__ == "__main__":
    serve(Work)
