/** The element types, with the names that safetensors and Rust give them. */
export type DType = 'f32' | 'f64' | 'f16' | 'bf16' | 'i64' | 'i32' | 'i16' | 'i8' | 'u8' | 'bool';

/** The typed arrays that tensors come from and go to; f16 and bf16 as the bits of each number. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;

/** Bytes an element takes. */
export const bytesPerElement: Readonly<Record<DType, number>> = {
  f32: 4,
  f64: 8,
  f16: 2,
  bf16: 2,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
};

/** The elements of a buffer as a typed array. */
export function viewAs(dtype: DType, buffer: ArrayBuffer): TypedArray {
  switch (dtype) {
    case 'f32':
      return new Float32Array(buffer);
    case 'f64':
      return new Float64Array(buffer);
    case 'f16':
    case 'bf16':
      return new Uint16Array(buffer);
    case 'i64':
      return new BigInt64Array(buffer);
    case 'i32':
      return new Int32Array(buffer);
    case 'i16':
      return new Int16Array(buffer);
    case 'i8':
      return new Int8Array(buffer);
    case 'u8':
    case 'bool':
      return new Uint8Array(buffer);
  }
}

/** The dtype that a typed array holds. @throws TypeError for arrays libtorch has no type for. */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'f32';
  if (data instanceof Float64Array) return 'f64';
  if (data instanceof BigInt64Array) return 'i64';
  if (data instanceof Int32Array) return 'i32';
  if (data instanceof Int16Array) return 'i16';
  if (data instanceof Int8Array) return 'i8';
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'u8';
  throw new TypeError('the dtype of a Uint16Array must be said (f16 or bf16)');
}
