import { SynrayError } from '../base/index.js';

/** libtorch refused an operation. Names the operator and what it was given. */
export class TensorError extends SynrayError {
  override readonly name = 'TensorError';
  /** The operator, for example `aten::conv2d`, or the function of this room. */
  readonly operator: string;
  /** One entry an argument: `f32[2, 3]` for tensors, the value or its kind for the rest. */
  readonly shapes: readonly string[];

  constructor(details: {
    operator: string;
    fault: string;
    shapes?: readonly string[];
    mend?: string;
    cause?: unknown;
  }) {
    const shapes = details.shapes ?? [];
    const given = shapes.length > 0 ? `; it was given ${shapes.join(', ')}` : '';
    super({
      fault: `${details.operator}: ${details.fault}${given}`,
      mend: details.mend ?? 'check the shapes, dtypes and devices of its arguments',
      cause: details.cause,
    });
    this.operator = details.operator;
    this.shapes = shapes;
  }
}
