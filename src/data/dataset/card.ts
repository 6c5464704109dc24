import { stringify } from 'yaml';
import { attenuationScale } from '../records/index.js';
import type { Column } from './columns.js';
import type { DatasetContents } from './contents.js';
import type { DatasetManifest } from './manifest.js';
import { sampleColumns } from './shard.js';

/**
 * The `README.md` of a data set: YAML that tells the Hugging Face tools splits and features, then a few words
 * for people. The keys are those of the hub's dataset card
 * (https://huggingface.co/docs/hub/datasets-cards, `dataset_info` and `configs`).
 */
export function datasetCard(manifest: DatasetManifest, contents: DatasetContents): string {
  const splits = Object.entries(manifest.splits);
  const bytes = (name: string) => manifest.splits[name]!.shards.reduce((sum, shard) => sum + shard.bytes, 0);
  const total = splits.reduce((sum, [name]) => sum + bytes(name), 0);
  const header = {
    pretty_name: manifest.name,
    tags: ['chest-x-ray', 'radiology-reports', 'synray'],
    dataset_info: {
      features: sampleColumns.map(({ name, column }) => ({ name, ...feature(column) })),
      splits: splits.map(([name, split]) => ({ name, num_bytes: bytes(name), num_examples: split.samples })),
      download_size: total,
      dataset_size: total,
    },
    configs: [
      {
        config_name: 'default',
        data_files: splits.map(([name]) => ({ split: name, path: `data/${name}-*.parquet` })),
      },
    ],
  };
  return `---\n${stringify(header)}---\n${body(manifest, contents)}`;
}

function body(manifest: DatasetManifest, contents: DatasetContents): string {
  const lines = [
    `# ${manifest.name}`,
    '',
    manifest.provenance.description,
    '',
    `Made by \`${manifest.provenance.producer}\`, version ${manifest.provenance.version}.`,
    '',
    '| split | samples | patients | shards |',
    '|---|---:|---:|---:|',
  ];
  for (const [name, split] of Object.entries(manifest.splits)) {
    lines.push(`| ${name} | ${split.samples} | ${split.patients} | ${split.shards.length} |`);
  }
  lines.push('', ...stored(contents));
  const labels = new Map<string, number>();
  for (const split of Object.values(manifest.splits)) {
    for (const [label, count] of Object.entries(split.labels)) {
      labels.set(label, (labels.get(label) ?? 0) + count);
    }
  }
  if (labels.size > 0) {
    lines.push('', '| label | samples |', '|---|---:|');
    const ranked = [...labels].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    for (const [label, count] of ranked) lines.push(`| ${label.replaceAll('|', '\\|')} | ${count} |`);
  }
  lines.push(
    '',
    'Open it with `datasets.load_dataset("<this folder>")`, with DuckDB (`SELECT * FROM \'data/*.parquet\'`) or',
    'with `openDataset` of synray. `synray.json` holds the settings and the SHA-256 of each file, `croissant.json` the',
    'same for loaders that know Croissant 1.0.',
    '',
  );
  return lines.join('\n');
}

/** What the pictures come with, line by line. */
function stored(contents: DatasetContents): string[] {
  const { attenuations, regions, masks, twins, faint, unknown, structures, uncertain } = contents;
  const { steps, least } = attenuationScale;
  const lines = ['- `image`: the picture as displayed, bone light.'];
  if (attenuations > 0)
    lines.push(
      `- \`attenuation\` of ${attenuations} samples: what the detector read, before its display, as 16-bit PNG; the ` +
        `natural logarithm of the attenuation is value / ${steps} − ${-least}.`,
    );
  if (regions > 0)
    lines.push(
      `- \`regions\`: ${regions} findings with a box (x0, y0, x1, y1 as fractions, from the top left).`,
    );
  if (masks > 0)
    lines.push(
      `- \`mask\` of ${masks} of them, as 8-bit PNG: 255 inside of what readers outlined; in synthetic pictures how ` +
        'much each pixel was changed, 255 most.',
    );
  if (twins > 0)
    lines.push(`- \`twin\` of ${twins} of them: the same patient, beam and noise without that finding.`);
  if (faint > 0) lines.push(`- ${faint} of them are \`faint\`: there, but below what is surely seen.`);
  if (unknown > 0)
    lines.push(`- \`unknown\`: what reports say and pictures do not show, ${unknown} in all; no labels.`);
  if (structures > 0)
    lines.push(`- \`structures\`: ${structures} outlines of organs and the like, 255 inside, as 8-bit PNG.`);
  if (uncertain > 0)
    lines.push(`- \`uncertain\`: findings that the source leaves open, ${uncertain} in all; no labels.`);
  return lines;
}

/** A column as a feature in the card's YAML. A struct {bytes, path} is what the tools show as a picture. */
function feature(column: Column): object {
  switch (column.kind) {
    case 'text':
      return { dtype: 'string' };
    case 'number':
      return { dtype: 'float64' };
    case 'integer':
      return { dtype: 'int32' };
    case 'boolean':
      return { dtype: 'bool' };
    case 'bytes':
      return { dtype: 'binary' };
    case 'list': {
      const item = feature(column.item);
      if ('dtype' in item) return { sequence: item.dtype };
      return 'struct' in item ? { list: item.struct } : { sequence: item };
    }
    case 'struct': {
      const names = Object.keys(column.fields);
      if (names.length === 2 && names.includes('bytes') && names.includes('path')) return { dtype: 'image' };
      return { struct: Object.entries(column.fields).map(([name, field]) => ({ name, ...feature(field) })) };
    }
  }
}
