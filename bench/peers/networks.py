"""Residual networks and BERT as they are usually written, under the names of torchvision and Hugging Face, of the forms
in synray's config.json. Debian's Python has torch without either library."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = shortcut(inputs, width, stride)

    def forward(self, x):
        added = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += added
        return self.relu(out)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, width * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(width * 4)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = shortcut(inputs, width * 4, stride)

    def forward(self, x):
        added = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += added
        return self.relu(out)


def shortcut(inputs, outputs, stride):
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


class ResNet(nn.Module):
    def __init__(self, form):
        super().__init__()
        block = BasicBlock if form["block"] == "basic" else Bottleneck
        self.channels = form["channels"]
        self.local_layer = form["local_layer"]
        self.conv1 = nn.Conv2d(form["channels"], form["stem"], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(form["stem"])
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = form["stem"]
        for stage, (width, depth, stride) in enumerate(zip(form["widths"], form["depths"], form["strides"]), 1):
            blocks = []
            for place in range(depth):
                blocks.append(block(inputs, width, stride if place == 0 else 1))
                inputs = width * block.expansion
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
            if self.local_layer == f"layer{stage}":
                self.local_features = inputs
        self.features = inputs

    def forward(self, x):
        """N × 1 × H × W → pooled N × features, and the map of the local layer."""
        if self.channels == 3:
            x = x.expand(-1, 3, -1, -1)
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for name in ("layer1", "layer2", "layer3", "layer4"):
            x = getattr(self, name)(x)
            if name == self.local_layer:
                cells = x
        return F.adaptive_avg_pool2d(x, 1).flatten(1), cells


class BertEmbeddings(nn.Module):
    def __init__(self, form):
        super().__init__()
        hidden = form["hidden_size"]
        self.word_embeddings = nn.Embedding(form["vocab_size"], hidden)
        self.position_embeddings = nn.Embedding(form["max_position_embeddings"], hidden)
        self.token_type_embeddings = nn.Embedding(form["type_vocab_size"], hidden)
        self.LayerNorm = nn.LayerNorm(hidden, eps=form["layer_norm_eps"])
        self.dropout = nn.Dropout(form["hidden_dropout_prob"])

    def forward(self, ids):
        places = torch.arange(ids.shape[1], device=ids.device).unsqueeze(0)
        types = torch.zeros_like(ids)
        x = self.word_embeddings(ids) + self.token_type_embeddings(types) + self.position_embeddings(places)
        return self.dropout(self.LayerNorm(x))


class BertSelfAttention(nn.Module):
    def __init__(self, form):
        super().__init__()
        hidden = form["hidden_size"]
        self.heads = form["num_attention_heads"]
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)
        self.dropout = nn.Dropout(form["attention_probs_dropout_prob"])

    def split(self, x):
        rows, length, hidden = x.shape
        return x.view(rows, length, self.heads, hidden // self.heads).permute(0, 2, 1, 3)

    def forward(self, x, mask):
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        if hasattr(F, "scaled_dot_product_attention"):
            dropped = self.dropout.p if self.training else 0.0
            out = F.scaled_dot_product_attention(query, key, value, attn_mask=mask.to(query.dtype), dropout_p=dropped)
        else:
            scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(query.shape[-1]) + mask
            out = torch.matmul(self.dropout(scores.softmax(-1)), value)
        return out.permute(0, 2, 1, 3).contiguous().flatten(2)


class BertOutput(nn.Module):
    def __init__(self, inputs, form):
        super().__init__()
        self.dense = nn.Linear(inputs, form["hidden_size"])
        self.LayerNorm = nn.LayerNorm(form["hidden_size"], eps=form["layer_norm_eps"])
        self.dropout = nn.Dropout(form["hidden_dropout_prob"])

    def forward(self, x, before):
        return self.LayerNorm(self.dropout(self.dense(x)) + before)


class BertLayer(nn.Module):
    def __init__(self, form):
        super().__init__()
        self.attention = nn.Module()
        self.attention.self = BertSelfAttention(form)
        self.attention.output = BertOutput(form["hidden_size"], form)
        self.intermediate = nn.Module()
        self.intermediate.dense = nn.Linear(form["hidden_size"], form["intermediate_size"])
        self.output = BertOutput(form["intermediate_size"], form)

    def forward(self, x, mask):
        attended = self.attention.output(self.attention.self(x, mask), x)
        return self.output(F.gelu(self.intermediate.dense(attended)), attended)


class Bert(nn.Module):
    def __init__(self, form):
        super().__init__()
        self.embeddings = BertEmbeddings(form)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(BertLayer(form) for _ in range(form["num_hidden_layers"]))
        frozen = form.get("frozen_layers")
        self.frozen = [] if frozen is None else [self.embeddings, *self.encoder.layer[:frozen]]
        for part in self.frozen:
            part.requires_grad_(False)

    def train(self, mode=True):
        super().train(mode)
        for part in self.frozen:
            part.eval()
        return self

    def forward(self, ids, mask, last_layers):
        """N × T → the sum of the last hidden states, N × T × hidden."""
        hidden_mask = (1.0 - mask[:, None, None, :]) * -30000.0
        states = [self.embeddings(ids)]
        for layer in self.encoder.layer:
            states.append(layer(states[-1], hidden_mask))
        return states[-1] if last_layers == 1 else torch.stack(states[-last_layers:]).sum(0)
