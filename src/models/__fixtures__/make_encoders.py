"""Makes encoders.safetensors: small encoders of torchvision and transformers with inputs, outputs and gradients.

    python make_encoders.py     (torch, torchvision, transformers, safetensors)

Names: <case>.weight.<parameter>, <case>.input…, <case>.output…, <case>.gradient.<parameter>. The loss whose
gradients are stored is the sum of the outputs times fixed numbers (<case>.probe). To keep the file small, only
the gradients listed in KEPT are stored.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from transformers import BertConfig, BertModel

torch.manual_seed(11)
torch.use_deterministic_algorithms(True)
stored: dict[str, torch.Tensor] = {}


def shrink(network: ResNet, block: type, widths: list[int]) -> ResNet:
    """torchvision's network with one block a stage and few channels, built by torchvision's own code."""
    network.inplanes = 4
    network.conv1 = torch.nn.Conv2d(3, 4, 7, stride=2, padding=3, bias=False)
    network.bn1 = torch.nn.BatchNorm2d(4)
    for index, width in enumerate(widths):
        stage = network._make_layer(block, width, 1, stride=1 if index == 0 else 2)
        setattr(network, f"layer{index + 1}", stage)
    network.fc = torch.nn.Identity()
    return network


def resnet(case: str, block: type, widths: list[int], kept: list[str]) -> None:
    network = shrink(ResNet(block, [1, 1, 1, 1]), block, widths)
    for name, tensor in network.state_dict().items():
        stored[f"{case}.weight.{name}"] = tensor.clone()
    pictures = torch.randn(3, 1, 40, 40)
    maps = []
    network.layer4.register_forward_hook(lambda _module, _inputs, output: maps.append(output))
    pooled = network.train()(pictures.expand(-1, 3, -1, -1))
    probe = torch.randn_like(pooled)
    (pooled * probe).sum().backward()
    stored.update({f"{case}.input": pictures, f"{case}.probe": probe})
    stored.update({f"{case}.pooled": pooled.detach(), f"{case}.map": maps[0].detach()})
    stored[f"{case}.running"] = network.bn1.running_var.clone()
    gradients = dict(network.named_parameters())
    stored.update({f"{case}.gradient.{name}": gradients[name].grad for name in kept})
    with torch.no_grad():
        stored[f"{case}.evaluated"] = network.eval()(pictures.expand(-1, 3, -1, -1))


def bert() -> None:
    config = BertConfig(
        vocab_size=30,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=24,
        max_position_embeddings=12,
        initializer_range=0.3,
    )
    network = BertModel(config, add_pooling_layer=False).eval()
    for name, tensor in network.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(tensor, std=0.3)
        stored[f"bert.weight.{name}"] = tensor.detach().clone()
    mask = torch.tensor([[1] * 7, [1] * 4 + [0] * 3, [1] * 5 + [0] * 2])
    ids = torch.randint(5, 30, (3, 7)) * mask
    output = network(input_ids=ids, attention_mask=mask).last_hidden_state * mask.unsqueeze(2)
    probe = torch.randn_like(output)
    (output * probe).sum().backward()
    stored.update({"bert.ids": ids, "bert.mask": mask, "bert.output": output.detach(), "bert.probe": probe})
    stored.update({f"bert.gradient.{name}": tensor.grad for name, tensor in network.named_parameters()})


resnet("basic", BasicBlock, [4, 6, 8, 10], ["conv1.weight", "bn1.bias", "layer2.0.downsample.0.weight", "layer4.0.conv2.weight"])
resnet("bottleneck", Bottleneck, [2, 3, 4, 5], ["conv1.weight", "layer1.0.bn3.weight", "layer3.0.conv2.weight"])
bert()
save_file({name: tensor.contiguous() for name, tensor in stored.items()}, Path(__file__).parent / "encoders.safetensors")
