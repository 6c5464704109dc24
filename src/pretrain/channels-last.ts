import { callValue, type Module, noGrad } from '../tensor/index.js';

/**
 * Lays the weights of convolutions out with the channels of a place together, which makes the maps that they give
 * lie so too. Values, names and stored files stay the same.
 */
export function useChannelsLast(module: Module): void {
  noGrad(() => {
    for (const weights of module.parameters()) {
      if (weights.ndim !== 4) continue;
      const moved = weights.contiguous('channels_last');
      callValue('aten::set_data', weights, moved);
      moved.dispose();
    }
  });
}
