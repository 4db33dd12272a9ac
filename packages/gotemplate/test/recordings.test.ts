import { expect, test } from 'vitest';
import { compile, TemplateError, textOf } from '../src/index.ts';
import { type Recording, readRecordings } from './recordings.ts';

/** What a rendering came to, in the recordings' words. */
function outcome(given: Recording): string {
  try {
    const template = compile(given.template, {
      name: 't',
      leftDelim: given.left ?? '',
      rightDelim: given.right ?? '',
      missingKey: given.missingkey === 'invalid' ? 'default' : (given.missingkey ?? 'default'),
    });
    return `output ${template.render(given.data)}`;
  } catch (error) {
    if (!(error instanceof TemplateError)) return `crash ${error instanceof Error ? error.stack : error}`;
    return error.phase === 'parse' ? `parse ${error.line}` : `exec ${error.line}:${error.column}`;
  }
}

function recorded(want: Recording): string {
  if (want.error !== undefined) return `${want.error} ${want.at}`;
  return `output ${want.output ?? textOf(Buffer.from(want.output_base64 ?? '', 'base64'))}`;
}

test('templates render as the recorded ones do', () => {
  const different = readRecordings()
    .map((given) => ({ name: given.name, template: given.template, got: outcome(given), want: recorded(given) }))
    .filter(({ got, want }) => got !== want);
  expect(different).toEqual([]);
});
