export { datasetCard } from './card.js';
export { contentsOf, DatasetContents } from './contents.js';
export { croissantOf } from './croissant.js';
export { type Dataset, openDataset } from './dataset.js';
export { type DatasetDescription, finishDataset } from './finish.js';
export { DATASET_FORMAT, DatasetManifest, ShardEntry, SplitEntry } from './manifest.js';
export { readShardNotes, type ShardNotes, writeShard } from './shard.js';
export { parseShardPath, shardPath } from './shard-path.js';
export { DatasetWriter, synrayVersion } from './writer.js';
