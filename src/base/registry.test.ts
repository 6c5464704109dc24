import { describe, expect, it } from 'vitest';
import { UsageError } from './errors.js';
import { Registry } from './registry.js';

describe('Registry', () => {
  const colours = new Registry('colour', { red: 1, blue: 2 });

  it('gives what was registered by its name', () => {
    expect(colours.get('blue')).toBe(2);
    expect(colours.names()).toEqual(['red', 'blue']);
  });

  it('names the known ones where there is none of a name, also for names that every object has', () => {
    expect(() => colours.get('green')).toThrow(UsageError);
    expect(() => colours.get('green')).toThrow('there is no colour named "green" (use one of: red, blue)');
    expect(() => colours.get('constructor')).toThrow(UsageError);
  });
});
