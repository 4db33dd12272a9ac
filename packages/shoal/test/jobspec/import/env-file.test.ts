import { expect, test } from 'vitest';
import { environmentIn } from '../../../src/jobspec/import/env-file.ts';

test.each([
  { line: 'A=b', want: 'b' },
  { line: 'export A = b ', want: 'b' },
  { line: 'A=b # why', want: 'b' },
  { line: 'A=b#c', want: 'b#c' },
  { line: 'A="b # c" # why', want: 'b # c' },
  { line: "A='${B}'", want: '${B}' },
  { line: 'A=', want: '' },
  { line: 'A= # nothing', want: '' },
  { line: 'B=x\nA=${B}/y', want: 'x/y' },
  { line: 'A=${C}', want: '${C}' },
  { line: 'A="b"c', want: '"b"c' },
  { line: '# A=b', want: undefined },
])('$line', ({ line, want }) => expect(environmentIn(line)['A']).toBe(want));
