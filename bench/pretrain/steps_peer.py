"""The Python side of the steps of `npm run bench pretrain`: a training step of ConVIRT or GLoRIA as it is usually
written, GLoRIA's local loss caption by caption, with the weights and the batch that synray made."""

import contextlib
import json
import struct
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from answer import serve, timed
from local_loss_peer import local_loss
from networks import Bert, ResNet

DTYPES = {"F32": torch.float32, "I64": torch.int64, "I32": torch.int32}


def read_safetensors(path):
    data = bytearray(Path(path).read_bytes())
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        start, end = (8 + length + place for place in entry["data_offsets"])
        values = torch.frombuffer(data[start:end], dtype=DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def projection(form, inputs, hidden, outputs):
    if form == "none":
        return nn.Identity()
    if form == "linear":
        return nn.Linear(inputs, outputs)
    layers = nn.Sequential()
    layers.add_module("hidden", nn.Linear(inputs, hidden))
    layers.add_module("relu", nn.ReLU())
    layers.add_module("output", nn.Linear(hidden, outputs))
    return layers


class DualEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        form = config["projection"]
        hidden, outputs = form["hidden"], form["dimension"]
        self.pooling, self.layers = config["pooling"], config["summed_layers"]
        self.image = ResNet(config["image"])
        self.text = Bert(config["text"])
        width = config["text"]["hidden_size"]
        self.image_projection = projection(form["image"], self.image.features, hidden, outputs)
        self.text_projection = projection(form["text"], width, hidden, outputs)
        if form["cells"]:
            self.cell_projection = nn.Conv2d(self.image.local_features, outputs, 1, bias=False)
        if form["words"]:
            self.word_projection = projection(form["text"], width, hidden, outputs)

    def load(self, weights):
        own = self.state_dict()
        self.load_state_dict({name: value.reshape(own[name].shape) for name, value in weights.items()}, strict=False)
        missing = [name for name in own if name not in weights and not name.endswith("num_batches_tracked")]
        assert not missing, missing

    def images(self, pictures):
        pooled, cells = self.image(pictures)
        local = self.cell_projection(cells) if hasattr(self, "cell_projection") else None
        return self.image_projection(pooled), local

    def texts(self, ids, mask, places):
        """places: N × T, the word of each piece or −1. Words come as N × D × W."""
        states = self.text(ids, mask, self.layers)
        if self.pooling == "max":
            return self.text_projection(states.masked_fill(mask[:, :, None] == 0, float("-inf")).amax(1)), None
        if self.pooling == "mean":
            return self.text_projection((states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)), None
        count = int(places.max()) + 1
        belongs = (places[:, None, :] == torch.arange(count, device=ids.device)[None, :, None]).float()
        words = torch.bmm(belongs, states)
        there = belongs.amax(2)
        pooled = (words * there[:, :, None]).sum(1) / there.sum(1, keepdim=True)
        return self.text_projection(pooled), self.word_projection(words).transpose(1, 2).contiguous()


def contrast(logits):
    classes = torch.arange(logits.shape[0], device=logits.device)
    return F.cross_entropy(logits, classes), F.cross_entropy(logits.t(), classes)


class Work:
    def __init__(self, settings):
        """settings: file of weights and batch, model configuration, objective, training settings of the recipe."""
        torch.set_num_threads(settings["threads"])
        self.objective, training = settings["objective"], settings["training"]
        self.device, self.clip, self.precision = training["device"], training["clip"], training["precision"]
        if self.device != "cpu" and not torch.cuda.is_available():
            raise SystemExit("torch of this Python sees no GPU")
        tensors = read_safetensors(settings["file"])
        self.batch = {name: tensors.pop(name) for name in ("pictures", "ids", "mask", "words")}
        self.batch["pictures"] = self.batch["pictures"].to(self.device)
        self.lengths = (self.batch["words"].amax(1) + 1).tolist()
        self.model = DualEncoder(settings["config"])
        self.model.load(tensors)
        self.model.to(self.device).train()
        if settings["channelsLast"]:
            self.model.to(memory_format=torch.channels_last)
        torch.manual_seed(0)
        self.parameters = list(self.model.parameters())
        trained = [each for each in self.parameters if each.requires_grad]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": [each for each in trained if each.ndim > 1], "weight_decay": training["weightDecay"]},
                {"params": [each for each in trained if each.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=training["learningRate"],
            foreach=True,
        )

    def autocast(self):
        if self.precision == "f32":
            return contextlib.nullcontext()
        return torch.autocast(self.device.split(":")[0], torch.bfloat16)

    def loss(self):
        images, cells = self.model.images(self.batch["pictures"])
        ids, mask, places = (self.batch[name].to(self.device) for name in ("ids", "mask", "words"))
        texts, words = self.model.texts(ids, mask, places)
        cosine = F.normalize(images, dim=1) @ F.normalize(texts, dim=1).t()
        settings = self.objective
        if settings["name"] == "convirt":
            to_text, to_image = contrast(cosine / settings["temperature"])
            return settings["lambda"] * to_text + (1 - settings["lambda"]) * to_image
        local = local_loss(cells, words, self.lengths, settings["attention"], settings["words"], settings["scale"])
        return settings["globalWeight"] * sum(contrast(cosine * settings["scale"])) + settings["localWeight"] * local

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        with self.autocast():
            loss = self.loss()
        loss.backward()
        self.norm = nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.optimiser.step()
        return loss.item()

    def steps(self, count):
        measured = timed(count, self.step)
        return {**measured, "gradientNorm": float(self.norm)}


serve(Work)
