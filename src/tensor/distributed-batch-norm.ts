import type { ProcessGroup } from './distributed.js';
import { BatchNorm2d } from './modules/batch-norm2d.js';
import type { Module } from './modules/module.js';

/**
 * Lets every batch norm below take its statistics over the batches of all ranks, as one rank with the whole batch
 * would. Two small exchanges a layer, forward and back. Without, each rank normalises by its own share, as
 * PyTorch's data parallel does: faster, and a somewhat different model from that of one rank.
 */
export function synchroniseBatchNorm(model: Module, group: ProcessGroup): void {
  for (const [, layer] of model.namedModules()) {
    if (layer instanceof BatchNorm2d)
      layer.sumOverRanks = { ranks: group.size, of: x => group.sumOverRanks(x) };
  }
}
