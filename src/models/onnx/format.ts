import protobuf from 'protobufjs/light.js';

/** Element types of tensors, with the numbers that the format gives them (`TensorProto.DataType`). */
export const ELEMENT = { float32: 1, uint8: 2, int64: 7, bool: 9 } as const;
export type Element = keyof typeof ELEMENT;

/** Kinds of attributes (`AttributeProto.AttributeType`). */
const ATTRIBUTE = { float: 1, integer: 2, integers: 7 } as const;

/** A dimension: its size, or its name where the size is free. */
export type Dimension = number | string;

/** Settings of a node. Numbers are whole ones unless they are wrapped as `{ float }`. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** `NodeProto`: one operator. */
export interface GraphNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Attributes;
}

/** `ValueInfoProto`: an input or output of the graph. */
export interface GraphValue {
  readonly name: string;
  readonly element: Element;
  readonly shape: readonly Dimension[];
}

/** `TensorProto`: a weight or constant. */
export interface GraphTensor {
  readonly name: string;
  readonly element: Element;
  readonly shape: readonly number[];
  /** Bytes of all elements. */
  readonly length: number;
  /** The elements row by row, little-endian. */
  read(): Uint8Array;
}

/** A whole network. */
export interface GraphModel {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly tensors: readonly GraphTensor[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

/** The operator set that the graphs are written in: the first with `LayerNormalization`. */
export const OPERATOR_SET = 17;
/** The version of the file format that came with that operator set. */
const FORMAT_VERSION = 8;

const many = (type: string, id: number) => ({ rule: 'repeated', type, id });
const one = (type: string, id: number) => ({ type, id });

/** The part of the format's schema (onnx.proto of ONNX 1.12, the names and numbers of its fields) that is written. */
const schema = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: one('int64', 1),
        producerName: one('string', 2),
        graph: one('GraphProto', 7),
        opsetImport: many('OperatorSetIdProto', 8),
      },
    },
    OperatorSetIdProto: { fields: { domain: one('string', 1), version: one('int64', 2) } },
    GraphProto: {
      fields: {
        node: many('NodeProto', 1),
        name: one('string', 2),
        initializer: many('TensorProto', 5),
        input: many('ValueInfoProto', 11),
        output: many('ValueInfoProto', 12),
      },
    },
    NodeProto: {
      fields: {
        input: many('string', 1),
        output: many('string', 2),
        name: one('string', 3),
        opType: one('string', 4),
        attribute: many('AttributeProto', 5),
      },
    },
    AttributeProto: {
      fields: {
        name: one('string', 1),
        f: one('float', 2),
        i: one('int64', 3),
        ints: many('int64', 8),
        type: one('int32', 20),
      },
    },
    TensorProto: {
      fields: {
        dims: many('int64', 1),
        dataType: one('int32', 2),
        name: one('string', 8),
        rawData: one('bytes', 9),
        externalData: many('StringStringEntryProto', 13),
        dataLocation: one('int32', 14),
      },
    },
    StringStringEntryProto: { fields: { key: one('string', 1), value: one('string', 2) } },
    ValueInfoProto: { fields: { name: one('string', 1), type: one('TypeProto', 2) } },
    TypeProto: { fields: { tensorType: one('TensorTypeProto', 1) } },
    TensorTypeProto: { fields: { elemType: one('int32', 1), shape: one('TensorShapeProto', 2) } },
    TensorShapeProto: { fields: { dim: many('DimensionProto', 1) } },
    DimensionProto: { fields: { dimValue: one('int64', 1), dimParam: one('string', 2) } },
  },
}).lookupType('ModelProto');

/** Where a tensor's bytes lie in a file beside the model's. */
export interface Outside {
  /** Name of the file, in the same folder. */
  readonly file: string;
  readonly offset: number;
}

/**
 * The bytes of an `.onnx` file. The same network gives the same bytes.
 * @param outside - Tensors, by name, whose bytes are in another file.
 */
export function encodeModel(
  model: GraphModel,
  outside: ReadonlyMap<string, Outside> = new Map(),
): Uint8Array {
  const message = {
    irVersion: FORMAT_VERSION,
    producerName: 'synray',
    opsetImport: [{ domain: '', version: OPERATOR_SET }],
    graph: {
      name: model.name,
      node: model.nodes.map(nodeMessage),
      initializer: model.tensors.map(tensor => tensorMessage(tensor, outside.get(tensor.name))),
      input: model.inputs.map(valueMessage),
      output: model.outputs.map(valueMessage),
    },
  };
  return schema.encode(message).finish();
}

function nodeMessage({ operator, inputs, output, attributes }: GraphNode): object {
  const attribute = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'number') return { name, i: value, type: ATTRIBUTE.integer };
    if ('float' in value) return { name, f: value.float, type: ATTRIBUTE.float };
    return { name, ints: value, type: ATTRIBUTE.integers };
  });
  // A value has one maker, so that its name names the maker as well.
  return { input: inputs, output: [output], name: output, opType: operator, attribute };
}

function tensorMessage(tensor: GraphTensor, place: Outside | undefined): object {
  const described = { dims: tensor.shape, dataType: ELEMENT[tensor.element], name: tensor.name };
  if (place === undefined) return { ...described, rawData: tensor.read() };
  const entries = { location: place.file, offset: String(place.offset), length: String(tensor.length) };
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return { ...described, externalData, dataLocation: 1 };
}

function valueMessage({ name, element, shape }: GraphValue): object {
  const dim = shape.map(size => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ELEMENT[element], shape: { dim } } } };
}
