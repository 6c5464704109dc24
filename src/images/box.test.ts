import { describe, expect, it } from 'vitest';
import { boxOf } from './box.js';

describe('boxOf', () => {
  it('holds what was changed by a quarter of the most, and is undefined for an unchanged picture', () => {
    const change = new Uint8Array(16);
    expect(boxOf(change, 4)).toBeUndefined();
    change[5] = 100;
    change[10] = 25;
    change[15] = 24;
    expect(boxOf(change, 4)).toEqual([0.25, 0.25, 0.75, 0.75]);
  });
});
