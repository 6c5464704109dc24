"""The Python side of the GLoRIA part of `npm run bench pretrain`: the local loss caption by caption, as it is usually
written, on the same libtorch.
"""

import torch
import torch.nn.functional as F
from answer import serve, timed


def attend(words, cells, sharpness):
    """words B × D × W, cells B × D × h × w → context B × D × W."""
    pictures, _, count = words.shape
    flat = cells.flatten(2)
    regions = flat.shape[2]
    scores = torch.bmm(flat.transpose(1, 2).contiguous(), words)
    over_words = F.softmax(scores.reshape(pictures * regions, count), dim=-1).reshape(pictures, regions, count)
    by_word = over_words.transpose(1, 2).contiguous().reshape(pictures * count, regions)
    attention = F.softmax(by_word * sharpness, dim=-1).reshape(pictures, count, regions)
    return torch.bmm(flat, attention.transpose(1, 2).contiguous())


def local_loss(cells, words, lengths, sharpness=4.0, gathering=5.0, temperature=10.0):
    """cells N × D × h × w, words N × D × W."""
    pictures = cells.shape[0]
    columns = []
    for caption, length in enumerate(lengths):
        word = words[caption, :, :length].unsqueeze(0).repeat(pictures, 1, 1)
        context = attend(word, cells, sharpness)
        a = word.transpose(1, 2).contiguous().reshape(pictures * length, -1)
        b = context.transpose(1, 2).contiguous().reshape(pictures * length, -1)
        cosine = (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1)).clamp(min=1e-8)
        columns.append((cosine.reshape(pictures, length) * gathering).exp().sum(1, keepdim=True).log())
    logits = torch.cat(columns, 1) * temperature
    classes = torch.arange(pictures, device=cells.device)
    return F.cross_entropy(logits, classes) + F.cross_entropy(logits.t(), classes)


class Work:
    def __init__(self, threads, pictures, side, dimension, *lengths):
        torch.set_num_threads(threads)
        # The same numbers on both sides: drawn by libtorch's generator, in this order.
        torch.manual_seed(0)
        self.cells = (torch.randn(pictures, dimension, side, side) * 0.2).requires_grad_()
        words = torch.randn(pictures, max(lengths), dimension) * 0.2
        self.words = words.transpose(1, 2).contiguous().requires_grad_()
        self.lengths = lengths

    def step(self):
        self.cells.grad = self.words.grad = None
        loss = local_loss(self.cells, self.words, self.lengths)
        loss.backward()
        return loss.item()

    def steps(self, count):
        measured = timed(count, self.step)
        cells, words = self.cells.grad.norm().item(), self.words.grad.norm().item()
        return {**measured, "cellGradient": cells, "wordGradient": words}


if __name__ == "__main__":
    serve(Work)
