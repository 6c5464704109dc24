import { describe, expect, it } from 'vitest';
import { liveTensors, manualSeed, noGrad, randn, scope, type Tensor } from '../../tensor/index.js';
import { ResNet, resNetForms } from './resnet.js';
import { UNet } from './unet.js';
import { Vit, vitForms } from './vit.js';

const vit = { ...vitForms['vit-s16'](1, 64), hidden_size: 24, num_attention_heads: 2, num_hidden_layers: 2 };

describe('UNet', () => {
  it.each([
    ['resnet18', () => new ResNet(resNetForms.resnet18(0.125))],
    ['resnet50', () => new ResNet(resNetForms.resnet50(0.125))],
    ['slim', () => new ResNet(resNetForms.slim(0.5))],
    ['three channels', () => new ResNet({ ...resNetForms.slim(0.5), channels: 3 as const })],
    ['vit', () => new Vit({ ...vit, intermediate_size: 48 })],
  ])('gives a number a pixel: %s', (_, make) => {
    manualSeed(1);
    const network = new UNet(make());
    for (const size of [64, 80]) {
      const shape = scope(() => noGrad(() => network.forward(randn([2, 1, size, size])).shape));
      expect(shape).toEqual([2, 1, size, size]);
    }
    network.dispose();
  });

  it('has the encoder under its own names, so that weights go over', () => {
    const encoder = new ResNet(resNetForms.slim(0.5));
    const names = [...new UNet(encoder).stateDict().keys()];
    for (const name of encoder.stateDict().keys()) expect(names).toContain(`encoder.${name}`);
  });

  it('has the gradients that finite differences show, in the encoder as in the decoder', () => {
    manualSeed(3);
    const network = new UNet(new ResNet(resNetForms.slim(0.25))).to({ dtype: 'f64' });
    // Batch statistics of two pictures: eval keeps each picture by itself.
    network.eval();
    const x = randn([1, 1, 32, 32], { dtype: 'f64' });
    const weights = randn([1, 1, 32, 32], { dtype: 'f64' });
    const loss = () => network.forward(x).mul(weights).sum();
    const parameters = new Map(network.namedParameters());
    scope(() => loss().backward());
    const step = 1e-6;
    for (const name of [
      'encoder.conv1.weight',
      'encoder.layer3.0.conv1.weight',
      'up.0.conv1.weight',
      'head.weight',
    ]) {
      const parameter = parameters.get(name)!;
      const expected = scope(() => parameter.grad!.reshape(-1).toArray()[0]!);
      const moved = (by: number) =>
        scope(() =>
          noGrad(() => {
            const first: Tensor = parameter.detach().reshape(-1).slice(0, 0, 1);
            first.add_(by);
            const value = loss().item();
            first.add_(-by);
            return value;
          }),
        );
      const slope = (moved(step) - moved(-step)) / (2 * step);
      expect(Math.abs(slope - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
    }
    network.dispose();
  });

  it('keeps no tensors of what it gave', () => {
    const network = new UNet(new ResNet(resNetForms.slim(0.25)));
    const run = () =>
      scope(() =>
        noGrad(() =>
          network
            .forward(randn([1, 1, 32, 32]))
            .sum()
            .item(),
        ),
      );
    run();
    const before = liveTensors();
    run();
    expect(liveTensors()).toBe(before);
    network.dispose();
  });
});
