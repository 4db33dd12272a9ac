import { describe, expect, it } from 'vitest';
import { formatDiagnostic, parse, suggest } from '../src/index.ts';

const source = 'job "x" {\n\tartefact é = {\n}\n';

describe('code frame', () => {
  it('shows the line with a caret, what is wrong and a remedy', () => {
    const [diagnostic] = parse('a = 1\nb = [1 2]\n', 'x.hcl').diagnostics;
    expect(formatDiagnostic({ ...diagnostic!, remedy: 'add one' }, 'a = 1\nb = [1 2]\n')).toBe(
      [
        'Error: Missing item separator',
        ' --> x.hcl:2:8',
        '  |',
        '1 | a = 1',
        '2 | b = [1 2]',
        '  |        ^',
        '',
        '  Items are separated by commas, and "]" ends the list, but the number 2 follows.',
        '',
        '  Remedy: add one',
        '',
      ].join('\n'),
    );
  });

  it('keeps tabs, and counts letters as a reader does', () => {
    const start = { line: 2, column: 11, byte: 20 };
    const range = { filename: 'x', start, end: { line: 2, column: 12, byte: 22 } };
    const frame = formatDiagnostic({ severity: 'warning', summary: 's', detail: '', range }, source);
    expect(frame).toContain('2 | \tartefact é = {\n  | \t         ^\n');
    expect(frame).toMatch(/^Warning: s/);
  });

  it('does without the source, and without a place', () => {
    const { range } = parse('=', 'x').diagnostics[0]!;
    expect(formatDiagnostic({ severity: 'error', summary: 's', detail: 'd', range: range! }, undefined)).toBe(
      'Error: s\n --> x:1:1\n\n  d\n',
    );
    expect(formatDiagnostic({ severity: 'error', summary: 's', detail: 'd' }, source)).toBe('Error: s\n\n  d\n');
  });

  it('shows where the context begins', () => {
    const text = 'job "x" {\n\n  a = 1\n  b = 2\n';
    expect(formatDiagnostic(parse(text, 'x').diagnostics[0]!, text)).toContain(
      ' --> x:5:1\n  |\n1 | job "x" {\n ...\n4 |   b = 2\n5 | \n  | ^\n',
    );
  });

  it('lets no control characters through', () => {
    const text = 'a = \u001b[2J\n';
    expect(formatDiagnostic(parse(text, 'x').diagnostics[0]!, text)).not.toContain('\u001b');
  });

  it('is coloured on request', () => {
    expect(formatDiagnostic({ severity: 'error', summary: 's', detail: '' }, undefined, { color: true })).toContain(
      '\u001b[31mError:',
    );
  });
});

describe('suggest', () => {
  const known = ['artifact', 'count', 'driver', 'env', 'datacenters'];
  const cases = [
    { given: 'artefact', want: 'artifact' },
    { given: 'cuont', want: 'count' },
    { given: 'Driver', want: 'driver' },
    { given: 'data_centers', want: 'datacenters' },
    { given: 'envv', want: 'env' },
    { given: 'zzz', want: undefined },
    { given: 'count', want: undefined },
  ];
  it.each(cases)('$given: $want', ({ given, want }) => {
    expect(suggest(given, known)).toBe(want);
  });
});
