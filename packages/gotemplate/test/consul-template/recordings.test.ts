import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileConsulTemplate, nameOf, resolveTemplate, TemplateError } from '../../src/index.ts';
import { recordedConsul, type SetupRequest } from './recorded-consul.ts';

type Recording = {
  readonly name: string;
  readonly template: string;
  readonly env?: readonly string[];
  readonly error_on_missing_key?: boolean;
  readonly left_delimiter?: string;
  readonly right_delimiter?: string;
  readonly function_denylist?: readonly string[];
  readonly output?: string;
  readonly dependencies?: readonly string[];
  readonly waits_for?: readonly string[];
  readonly error?: 'parse' | 'exec' | 'fetch';
  readonly at?: string;
};

const FOLDER = process.env['SHOAL_GOLDEN'] ?? new URL('../../../../../shared/golden', import.meta.url).pathname;
const { setup, cases }: { setup: SetupRequest[]; cases: Recording[] } = JSON.parse(
  readFileSync(`${FOLDER}/template/consul_template.json`, 'utf8'),
);
const answerTo = recordedConsul(setup);

/** What a rendering came to, in the recordings' words. */
async function outcome(given: Recording): Promise<string> {
  try {
    const template = compileConsulTemplate(given.template, {
      leftDelim: given.left_delimiter ?? '',
      rightDelim: given.right_delimiter ?? '',
      errorOnMissingKey: given.error_on_missing_key ?? false,
      denied: given.function_denylist ?? [],
      env: Object.fromEntries((given.env ?? []).map((entry) => entry.split(/=(.*)/s))),
    });
    const result = await resolveTemplate(template, async (dependency) => answerTo(dependency));
    switch (result.kind) {
      case 'rendered':
        return `output ${JSON.stringify(result.used.map(nameOf).sort())} ${result.text}`;
      case 'waiting':
        return `waits ${result.missing.map(nameOf)}`;
      case 'unavailable':
        return 'fetch';
    }
  } catch (error) {
    if (!(error instanceof TemplateError)) return `crash ${error instanceof Error ? error.stack : error}`;
    return error.phase === 'parse' ? `parse ${error.line}` : `exec ${error.line}:${error.column}`;
  }
}

function recorded(want: Recording): string {
  if (want.error === 'fetch') return 'fetch';
  if (want.error !== undefined) return `${want.error} ${want.at}`;
  if (want.waits_for !== undefined) return `waits ${want.waits_for}`;
  return `output ${JSON.stringify([...(want.dependencies ?? [])].sort())} ${want.output}`;
}

test('templates come to what consul-template made of them', async () => {
  const different = [];
  for (const given of cases) {
    const [got, want] = [await outcome(given), recorded(given)];
    if (got !== want) different.push({ name: given.name, template: given.template, got, want });
  }
  expect(different).toEqual([]);
});
