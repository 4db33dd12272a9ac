import { describe, expect, it } from 'vitest';
import { createEscape } from '../../../src/cli/exec/escape.ts';

describe('the escape character', () => {
  it.each([
    { name: 'leaves at the beginning', keys: ['~.'], want: ['', true] },
    { name: 'leaves at the beginning of a line', keys: ['ls\r~.'], want: ['ls\r', true] },
    { name: 'leaves when its keys come one by one', keys: ['ls\n', '~', '.'], want: ['ls\n', true] },
    { name: 'is a character within a line', keys: ['ls ~.'], want: ['ls ~.', false] },
    { name: 'stands for itself twice', keys: ['~~.'], want: ['~.', false] },
    { name: 'is itself before anything else', keys: ['~', 'x\r', '~y'], want: ['~x\r~y', false] },
    { name: 'may be another', key: '^', keys: ['~.\r^.'], want: ['~.\r', true] },
    { name: 'may be none', key: undefined, keys: ['~.'], want: ['~.', false] },
  ])('$name', ({ keys, want, ...given }) => {
    const keysOf = createEscape('key' in given ? given.key : '~');
    let out = '';
    let leave = false;
    for (const part of keys) {
      const passed = keysOf.pass(Buffer.from(part));
      out += passed.keys.toString();
      leave ||= passed.leave;
    }
    expect([out, leave]).toEqual(want);
  });
});
