import {
  BLOB,
  BOOLEAN,
  blobValue,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBListValue,
  DuckDBStructValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
  STRUCT,
  structValue,
  VARCHAR,
} from '@duckdb/node-api';
import { z } from 'zod';

/**
 * How a value lies in a Parquet column. Derived from the record's own schema, so that a field added there is
 * stored, read back and described in the card without a change here.
 */
export type Column =
  | { readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'bytes'; readonly optional: boolean }
  | { readonly kind: 'list'; readonly item: Column; readonly optional: boolean }
  | {
      readonly kind: 'struct';
      readonly fields: Readonly<Record<string, Column>>;
      readonly optional: boolean;
    };

/** The column of a schema. `optional` fields are absent when null in the file; nullable ones are null. */
export function columnOf(schema: z.core.$ZodType, optional = false): Column {
  if (schema instanceof z.ZodOptional) return columnOf(schema.def.innerType, true);
  if (schema instanceof z.ZodNullable) return columnOf(schema.def.innerType, optional);
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return { kind: 'text', optional };
  if (schema instanceof z.ZodBoolean) return { kind: 'boolean', optional };
  if (schema instanceof z.ZodNumber) return { kind: schema.isInt ? 'integer' : 'number', optional };
  if (schema instanceof z.ZodCustom) return { kind: 'bytes', optional };
  if (schema instanceof z.ZodArray) return { kind: 'list', item: columnOf(schema.def.element), optional };
  if (schema instanceof z.ZodTuple) return { kind: 'list', item: columnOf(schema.def.items[0]!), optional };
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape).map(([name, field]) => [name, columnOf(field)] as const);
    return { kind: 'struct', fields: Object.fromEntries(fields), optional };
  }
  throw new TypeError(`no column for the schema type ${schema._zod.def.type}`);
}

/** The DuckDB type of a column. */
export function duckdbType(column: Column): DuckDBType {
  switch (column.kind) {
    case 'text':
      return VARCHAR;
    case 'number':
      return DOUBLE;
    case 'integer':
      return INTEGER;
    case 'boolean':
      return BOOLEAN;
    case 'bytes':
      return BLOB;
    case 'list':
      return LIST(duckdbType(column.item));
    case 'struct':
      return STRUCT(
        Object.fromEntries(Object.entries(column.fields).map(([name, field]) => [name, duckdbType(field)])),
      );
  }
}

/** A value as DuckDB takes it. Undefined becomes null. */
export function toDuckDB(column: Column, value: unknown): DuckDBValue {
  if (value === undefined || value === null) return null;
  switch (column.kind) {
    case 'bytes':
      return blobValue(value as Uint8Array);
    case 'list':
      return listValue((value as readonly unknown[]).map(item => toDuckDB(column.item, item)));
    case 'struct': {
      const record = value as Readonly<Record<string, unknown>>;
      return structValue(
        Object.fromEntries(
          Object.entries(column.fields).map(([name, field]) => [name, toDuckDB(field, record[name])]),
        ),
      );
    }
    default:
      return value as string | number | boolean;
  }
}

/** The plain value of what DuckDB gave; bytes are copied, since theirs live only as long as the chunk. */
export function fromDuckDB(column: Column, value: DuckDBValue): unknown {
  if (value === null) return null;
  if (column.kind === 'bytes' && value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes);
  if (column.kind === 'list' && value instanceof DuckDBListValue) {
    return value.items.map(item => fromDuckDB(column.item, item));
  }
  if (column.kind === 'struct' && value instanceof DuckDBStructValue) {
    const record: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(column.fields)) {
      const entry = fromDuckDB(field, value.entries[name] ?? null);
      if (entry !== null || !field.optional) record[name] = entry;
    }
    return record;
  }
  return typeof value === 'bigint' ? Number(value) : value;
}
