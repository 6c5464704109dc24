import { describe, expect, it } from 'vitest';
import { noGrad, scope, tensor } from '../tensor/index.js';
import { expectGradients, Golden, relativeError } from './__fixtures__/golden.js';
import { ResNet, type ResNetConfig } from './image/resnet.js';
import { Bert, BertConfig } from './text/bert.js';

// Made by make_encoders.py with torchvision's and transformers' own networks.
const fixture = new Golden(new URL('./__fixtures__/encoders.safetensors', import.meta.url));
const golden = (name: string) => fixture.get(name);
const named = (prefix: string) => fixture.below(prefix);

const form = (block: ResNetConfig['block'], widths: number[]): ResNetConfig => ({
  architecture: 'resnet',
  block,
  depths: [1, 1, 1, 1],
  stem: 4,
  widths,
  strides: [1, 2, 2, 2],
  channels: 3,
  local_layer: 'layer4',
});

describe.each([
  ['basic', form('basic', [4, 6, 8, 10])],
  ['bottleneck', form('bottleneck', [2, 3, 4, 5])],
] as const)('ResNet of %s blocks', (name, config) => {
  it('has torchvision’s parameters, output, map, statistics and gradients', () => {
    scope(() => {
      const network = new ResNet(config);
      network.loadStateDict(named(`${name}.weight.`));
      const { pooled, map } = network.forward(golden(`${name}.input`));
      expect(relativeError(pooled, golden(`${name}.pooled`))).toBeLessThan(1e-5);
      expect(relativeError(map, golden(`${name}.map`))).toBeLessThan(1e-5);
      expect(map.shape.slice(2)).toEqual(network.cells(golden(`${name}.input`).shape[2]!));
      pooled
        .mul(golden(`${name}.probe`))
        .sum()
        .backward();
      expectGradients(network, named(`${name}.gradient.`));
      expect(relativeError(network.bn1.runningVariance, golden(`${name}.running`))).toBeLessThan(1e-5);
      const evaluated = noGrad(() => network.eval().forward(golden(`${name}.input`)).pooled);
      expect(relativeError(evaluated, golden(`${name}.evaluated`))).toBeLessThan(1e-5);
    });
  });
});

it('sees a grey picture three times where the network is made for colour', () => {
  scope(() => {
    const network = new ResNet(form('basic', [4, 6, 8, 10])).eval();
    const grey = golden('basic.input');
    const colour = grey.expand([-1, 3, -1, -1]);
    expect(relativeError(network.forward(grey).pooled, network.forward(colour).pooled)).toBe(0);
  });
});

describe('Bert', () => {
  const config = BertConfig.parse({
    architecture: 'bert',
    vocab_size: 30,
    hidden_size: 16,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    intermediate_size: 24,
    max_position_embeddings: 12,
  });

  it('has the parameters, output and gradients of transformers’ BertModel, padding left out', () => {
    scope(() => {
      const network = new Bert(config).eval();
      network.loadStateDict(named('bert.weight.'));
      const mask = golden('bert.mask').to({ dtype: 'f32' });
      const output = network.forward(golden('bert.ids'), mask).mul(mask.unsqueeze(2));
      expect(relativeError(output, golden('bert.output'))).toBeLessThan(1e-5);
      output.mul(golden('bert.probe')).sum().backward();
      expectGradients(network, named('bert.gradient.'));
    });
  });

  it('gives a text the same states whatever padding stands behind it', () => {
    scope(() => {
      const network = new Bert(config).eval();
      const short = network.forward(tensor([[2, 7, 3]], { dtype: 'i64' }), tensor([[1, 1, 1]]));
      const padded = network.forward(tensor([[2, 7, 3, 0, 0]], { dtype: 'i64' }), tensor([[1, 1, 1, 0, 0]]));
      expect(relativeError(padded.slice(1, 0, 3), short)).toBeLessThan(1e-5);
    });
  });
});
