import { scope, type Tensor } from '../../tensor/index.js';
import type {
  Attributes,
  Dimension,
  Element,
  GraphModel,
  GraphNode,
  GraphTensor,
  GraphValue,
} from './format.js';

/** The name of a value of the graph: of an input, a weight or what a node gives. */
export type Value = string;

/** Puts a network together, node by node, in the order in which it is reckoned. */
export class GraphBuilder {
  readonly #weights: ReadonlyMap<string, Tensor>;
  readonly #nodes: GraphNode[] = [];
  readonly #tensors = new Map<string, GraphTensor>();
  readonly #inputs: GraphValue[] = [];
  readonly #outputs: GraphValue[] = [];
  readonly #used = new Set<string>();

  /** @param weights - The state of the model, by the names that {@link weight} is asked for. */
  constructor(weights: ReadonlyMap<string, Tensor>) {
    this.#weights = weights;
  }

  /** Names of the weights that the graph holds. */
  get used(): ReadonlySet<string> {
    return this.#used;
  }

  input(name: string, element: Element, shape: readonly Dimension[]): Value {
    this.#inputs.push({ name, element, shape });
    return name;
  }

  /** Gives `value` the name of an output. */
  output(name: string, value: Value, shape: readonly Dimension[], element: Element = 'float32'): void {
    this.#nodes.push({ operator: 'Identity', inputs: [value], output: name, attributes: {} });
    this.#outputs.push({ name, element, shape });
  }

  /** One operator of ONNX with one result. An empty name stands for an optional input that is left out. */
  node(operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const output = `${operator}_${this.#nodes.length}`;
    this.#nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  has(name: string): boolean {
    return this.#weights.has(name);
  }

  /** Sizes of a weight. @throws Error when the model has none of this name. */
  shapeOf(name: string): readonly number[] {
    return this.#weight(name).shape;
  }

  /** A weight of the model, as it is. */
  weight(name: string): Value {
    return this.changed(name, name, weight => weight);
  }

  /** A matrix of the model with rows and columns exchanged, as `MatMul` wants it. */
  transposed(name: string): Value {
    return this.changed(name, `${name}.transposed`, weight => weight.transpose(0, 1));
  }

  /** A weight of the model after a change, under another name. */
  changed(name: string, as: string, change: (weight: Tensor) => Tensor): Value {
    const weight = this.#weight(name);
    this.#used.add(name);
    const shape = scope(() => change(weight.detach()).shape);
    const read = () => bytesOf(scope(() => change(weight.detach()).contiguous().toFloat32()));
    const length = shape.reduce((product, size) => product * size, FLOAT_BYTES);
    this.#tensors.set(as, { name: as, element: 'float32', shape, length, read });
    return as;
  }

  #weight(name: string): Tensor {
    const weight = this.#weights.get(name);
    if (weight === undefined) throw new Error(`the model has no weight named ${name}`);
    return weight;
  }

  /** A number in the graph. */
  scalar(value: number): Value {
    return this.#constant(`constant.${value}`, 'float32', [], Float32Array.of(value));
  }

  /** A list of whole numbers in the graph: shapes, axes, places. */
  integers(...values: readonly number[]): Value {
    const data = BigInt64Array.from(values, value => BigInt(value));
    return this.#constant(`integers.${values.join('.')}`, 'int64', [values.length], data);
  }

  /** One whole number of the graph, without dimension. */
  integer(value: number): Value {
    return this.#constant(`integer.${value}`, 'int64', [], BigInt64Array.of(BigInt(value)));
  }

  #constant(name: string, element: Element, shape: readonly number[], values: NodeJS.TypedArray): Value {
    const bytes = bytesOf(values);
    this.#tensors.set(name, { name, element, shape, length: bytes.length, read: () => bytes });
    return name;
  }

  finish(name: string): GraphModel {
    return {
      name,
      nodes: this.#nodes,
      tensors: [...this.#tensors.values()],
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }
}

const FLOAT_BYTES = 4;

function bytesOf(values: NodeJS.TypedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
