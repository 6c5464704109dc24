"""Makes published-vit/, published-bert/ and transformers.safetensors: small encoders as transformers saves them, heads
of other tasks included, with inputs, outputs and gradients.

    python make_transformers.py     (torch, transformers, safetensors)

Names: <case>.input…, <case>.output…, <case>.gradient.<name in the file>. The loss whose gradients are stored is the sum
of the outputs times fixed numbers (<case>.probe). Words are made by a loop over texts and pieces.
"""

import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForMaskedLM, ViTConfig, ViTForImageClassification

here = Path(__file__).parent
torch.manual_seed(17)
torch.use_deterministic_algorithms(True)
stored: dict[str, torch.Tensor] = {}


def spread(network: torch.nn.Module) -> None:
    """Weights far from each other and from 0, so that nothing is hidden by being small."""
    for name, tensor in network.named_parameters():
        if "norm" in name.lower() and name.endswith("weight"):
            torch.nn.init.uniform_(tensor, 0.5, 1.5)
        else:
            torch.nn.init.normal_(tensor, std=0.3)


def save(network: torch.nn.Module, folder: str) -> None:
    shutil.rmtree(here / folder, ignore_errors=True)
    network.save_pretrained(here / folder)


def gradients(network: torch.nn.Module, folder: str, case: str) -> None:
    """Stores gradients under the names of the file: save_pretrained is given a copy that holds them as weights."""
    copy = type(network)(network.config)
    given = dict(network.named_parameters())
    with torch.no_grad():
        for name, tensor in copy.named_parameters():
            grad = given[name].grad
            tensor.copy_(torch.zeros_like(tensor) if grad is None else grad)
    temporary = here / f"{folder}-gradients"
    copy.save_pretrained(temporary)
    for name, tensor in load_file(temporary / "model.safetensors").items():
        prefix, _, rest = name.partition(".")
        if prefix in ("vit", "bert"):
            stored[f"{case}.gradient.{rest}"] = tensor.clone()
    shutil.rmtree(temporary)


def vit() -> None:
    config = ViTConfig(
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=12,
        image_size=24,
        patch_size=8,
        num_labels=2,
        attn_implementation="eager",
    )
    network = ViTForImageClassification(config).eval()
    spread(network)
    save(network, "published-vit")
    for case, size in (("vit", 24), ("vit-larger", 42)):
        pictures = torch.randn(2, 1, size, size)
        network.zero_grad()
        colour = pictures.expand(-1, 3, -1, -1)
        output = network.vit(colour, interpolate_pos_encoding=size != 24).last_hidden_state
        probe = torch.randn_like(output)
        (output * probe).sum().backward()
        stored.update({f"{case}.input": pictures, f"{case}.output": output.detach(), f"{case}.probe": probe})
        gradients(network, "published-vit", case)


def bert() -> None:
    config = BertConfig(
        vocab_size=30,
        hidden_size=8,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=12,
        max_position_embeddings=12,
        attn_implementation="eager",
    )
    network = BertForMaskedLM(config).eval()
    spread(network)
    save(network, "published-bert")
    # The word of each piece; −1 for marks and padding.
    words = torch.tensor([[-1, 0, 0, 1, 2, 2, -1], [-1, 0, 1, -1, -1, -1, -1], [-1, 0, 1, 1, 1, -1, -1]])
    mask = torch.tensor([[1] * 7, [1] * 4 + [0] * 3, [1] * 6 + [0]])
    ids = torch.randint(5, 30, (3, 7)) * mask
    states = network.bert(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
    for layers in (1, 2, 4):
        stored[f"bert.sum{layers}"] = torch.stack(states[-layers:]).sum(0).detach() * mask.unsqueeze(2)
    summed = states[-1] + states[-2]
    texts, means = [], []
    for row in range(3):
        count = int(words[row].max()) + 1
        vectors = [torch.zeros(8) for _ in range(3)]
        for place in range(7):
            word = int(words[row, place])
            if word >= 0:
                vectors[word] = vectors[word] + summed[row, place]
        texts.append(torch.stack(vectors))
        means.append(torch.stack(vectors[:count]).mean(0))
    vectors, means = torch.stack(texts), torch.stack(means)
    probe, mean_probe = torch.randn_like(vectors), torch.randn_like(means)
    ((vectors * probe).sum() + (means * mean_probe).sum()).backward()
    stored.update({"bert.ids": ids, "bert.mask": mask, "bert.words": words, "bert.probe": probe})
    stored.update({"bert.meanProbe": mean_probe, "bert.vectors": vectors.detach(), "bert.means": means.detach()})
    gradients(network, "published-bert", "bert")


vit()
bert()
save_file({name: tensor.contiguous() for name, tensor in stored.items()}, here / "transformers.safetensors")
