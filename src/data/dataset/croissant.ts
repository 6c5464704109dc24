import type { Column } from './columns.js';
import type { DatasetManifest } from './manifest.js';
import { sampleColumns } from './shard.js';

/** The keys of Croissant 1.0 as JSON-LD knows them: its specification's standard context. */
const CONTEXT = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  equivalentProperty: 'cr:equivalentProperty',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  rai: 'http://mlcommons.org/croissant/RAI/',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
} as const;

/** All bytes in a sample are pictures: its own, masks, twins. */
const PICTURE = 'sc:ImageObject';

/** Shards together, as fields name them. */
const SHARDS = { '@id': 'shards' };

/**
 * `croissant.json` of a data set: what its files hold, for search engines and for loaders that know Croissant 1.0
 * (https://docs.mlcommons.org/croissant/docs/croissant-spec.html). Each shard is a file with its SHA-256; each column
 * of a sample is a field, and so is the split, which the shards' names tell. A licence and a date are not known here.
 */
export function croissantOf(manifest: DatasetManifest): object {
  const splits = Object.entries(manifest.splits);
  const { producer, version } = manifest.provenance;
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: manifest.name,
    description: `${manifest.provenance.description} Made by ${producer}, version ${version}.`,
    // A data set is not counted up: its fingerprint tells it from others.
    version: '1.0.0',
    identifier: manifest.fingerprint,
    keywords: ['chest X-ray', 'radiology reports'],
    distribution: [
      {
        '@type': 'cr:FileSet',
        ...SHARDS,
        name: 'shards',
        description: 'All Parquet shards.',
        encodingFormat: 'application/x-parquet',
        includes: 'data/*.parquet',
      },
      ...splits.flatMap(([, { shards }]) =>
        shards.map(({ file, bytes, sha256 }) => ({
          '@type': 'cr:FileObject',
          '@id': file,
          name: file,
          contentUrl: file,
          contentSize: `${bytes} B`,
          encodingFormat: 'application/x-parquet',
          sha256,
        })),
      ),
    ],
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': 'splits',
        name: 'splits',
        dataType: 'cr:Split',
        key: { '@id': 'splits/name' },
        field: [{ '@type': 'cr:Field', '@id': 'splits/name', name: 'name', dataType: 'sc:Text' }],
        data: splits.map(([name]) => ({ 'splits/name': name })),
      },
      {
        '@type': 'cr:RecordSet',
        '@id': 'samples',
        name: 'samples',
        description: 'One record a picture.',
        key: { '@id': 'samples/id' },
        field: [
          {
            '@type': 'cr:Field',
            '@id': 'samples/split',
            name: 'split',
            dataType: 'sc:Text',
            references: { field: { '@id': 'splits/name' } },
            source: {
              fileSet: SHARDS,
              extract: { fileProperty: 'filename' },
              // mlcroissant applies it to its own result again.
              transform: { regex: '([a-z][a-z0-9_]*)(?:-\\d{5}-of-\\d{5}\\.parquet)?$' },
            },
          },
          ...sampleColumns.map(({ name, column }) => fieldOf('samples', name, column, name, [])),
        ],
      },
    ],
  };
}

/**
 * A column as a field.
 * @param parent - Id of what the field belongs to.
 * @param root - The column of the Parquet file.
 * @param path - Names of fields from there on, within a struct.
 * @param listed - Whether the struct is one of a list.
 */
function fieldOf(
  parent: string,
  name: string,
  column: Column,
  root: string,
  path: readonly string[],
  listed = false,
): object {
  const id = `${parent}/${name}`;
  const inner = column.kind === 'list' ? column.item : column;
  const isList = column.kind === 'list';
  // mlcroissant takes a part of a listed struct out of all of the list; pictures it then decodes only if told so.
  const repeated = isList || (listed && typeOf(inner) === PICTURE);
  const head = { '@type': 'cr:Field', '@id': id, name, ...(repeated ? { repeated: true } : {}) };
  if (inner.kind === 'struct' && !isPicture(inner)) {
    const subField = Object.entries(inner.fields).map(([key, field]) =>
      fieldOf(id, key, field, root, [...path, key], isList),
    );
    return { ...head, subField };
  }
  const steps = isPicture(inner) ? [...path, 'bytes'] : path;
  const transform = steps.length === 0 ? {} : { transform: { jsonPath: steps.join('.') } };
  const source = { fileSet: SHARDS, extract: { column: root }, ...transform };
  return { ...head, dataType: typeOf(inner), source };
}

/** A struct of bytes and path is a picture, as in the card. */
function isPicture(column: Column): boolean {
  return column.kind === 'struct' && Object.keys(column.fields).sort().join() === 'bytes,path';
}

function typeOf(column: Column): string {
  switch (column.kind) {
    case 'text':
      return 'sc:Text';
    case 'number':
      return 'sc:Float';
    case 'integer':
      return 'sc:Integer';
    case 'boolean':
      return 'sc:Boolean';
    default:
      return PICTURE;
  }
}
