import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rawExec } from '../../../src/client/drivers/raw-exec.ts';
import { goldenJson } from '../../support/golden.ts';
import { until } from '../../support/until.ts';
import { aTaskSpec } from '../drivers/harness.ts';
import { aNode } from '../supervisor/harness.ts';
import { clientDeps, serveClient } from './harness.ts';

type Step = {
  kind?: string;
  method?: string;
  path?: string;
  body?: JobBody;
  name?: string;
  bytes?: number;
  transform?: string;
  asText?: boolean;
  at?: string;
  filter?: { key: string; equals: unknown };
  sort?: Record<string, string>;
  replace?: [string, string][];
};
type JobBody = { Job: { TaskGroups: { Tasks: { Name: string; Config: Record<string, unknown> }[] }[] } };
type Recorded = { step: string; status: number; headers: Record<string, string>; json?: unknown; text?: string };

/** Runs the scenario's task for real, and asks the handler what the recorded agent was asked. */
async function replay(
  scenario: string,
  onlyKinds: string[],
): Promise<{ step: string; given: unknown; want: Recorded }[]> {
  const { steps } = goldenJson('nomad', 'scenarios', `${scenario}.json`) as { steps: Step[] };
  const golden = goldenJson('nomad', 'golden', `${scenario}.golden.json`) as { steps: Recorded[] };
  const { url, alloc } = await runJob(steps.find((step) => step.body?.Job)?.body);
  const results: { step: string; given: unknown; want: Recorded }[] = [];
  for (const [index, step] of steps.entries()) {
    if (!onlyKinds.includes(step.kind ?? 'http') || !step.path?.startsWith('/v1/client/')) continue;
    const path = step.path.replace('{{alloc}}', alloc);
    const want = golden.steps[index];
    if (want === undefined) throw new Error(`no recorded answer for step ${index + 1}`);
    results.push({ step: `${index + 1} ${step.name ?? path}`, given: await ask(`${url}${path}`, step), want });
  }
  return results;
}

async function runJob(body: JobBody | undefined): Promise<{ url: string; alloc: string }> {
  const task = body?.Job.TaskGroups[0]?.Tasks[0];
  if (task === undefined) throw new Error('the scenario has no job');
  const node = await aNode();
  const driver = rawExec({ supervisor: await node.connect(), enabled: true });
  const spec = aTaskSpec(node.dataDir, task.Config);
  const handle = await driver.start(spec);
  const log = join(spec.dirs.logDir, 't.stdout.0');
  const script = JSON.stringify(task.Config);
  if (script.includes('echo')) await until('its output', () => readFileSync(log, 'utf8').includes('line-2'));
  if (script.includes('local/d')) await until('its files', () => existsSync(join(spec.dirs.localDir, 'd')));
  const allocation = { allocDir: spec.dirs.allocDir, tasks: [task.Name] };
  const usage = async () => ({ [task.Name]: await driver.stats(handle) });
  return { url: await serveClient(clientDeps({ [spec.allocId]: allocation }, { usage })), alloc: spec.allocId };
}

async function ask(url: string, step: Step): Promise<unknown> {
  const reader = new AbortController();
  const response = await fetch(url, { method: step.method ?? 'GET', signal: reader.signal });
  const text = step.kind === 'frames' ? await readFrames(response, step.bytes ?? 0) : await response.text();
  reader.abort();
  const head = { status: response.status, headers: { 'content-type': response.headers.get('content-type') } };
  if (step.kind === 'frames' || step.transform === 'frames') return { ...head, json: mergeFrames(text) };
  if (step.asText || !/^\s*[[{]/.test(text)) return { ...head, text: normalise(text, step) };
  return { ...head, json: arrange(JSON.parse(text), step) };
}

async function readFrames(response: Response, bytes: number): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (mergeFrames(text).Data.length >= bytes) break;
  }
  return text;
}

type Frame = { Data?: string; File?: string; FileEvent?: string };

function mergeFrames(text: string): { Data: string; Events: string[]; Files: string[]; Keys: string[] } {
  const frames = text
    .split('\n')
    .filter((line) => line !== '' && line !== '{}')
    .map((line) => JSON.parse(line) as Frame);
  const data = frames.map((frame) => Buffer.from(frame.Data ?? '', 'base64').toString()).join('');
  const unique = (values: (string | undefined)[]): string[] =>
    [...new Set(values.filter((value) => value !== undefined))].sort();
  return {
    Data: data,
    Events: unique(frames.map((frame) => frame.FileEvent)),
    Files: unique(frames.map((frame) => frame.File)),
    Keys: unique(frames.flatMap((frame) => Object.keys(frame))),
  };
}

function normalise(text: string, step: Step): string {
  let plain = text;
  for (const [pattern, replacement] of step.replace ?? []) plain = plain.replace(new RegExp(pattern), replacement);
  return plain;
}

type Named = Record<string, unknown>;

function arrange(json: unknown, step: Step): unknown {
  const at = /^\$\.(\w+)\[0\]$/.exec(step.at ?? '');
  const value = at ? (json as Record<string, unknown[]>)[at[1] ?? '']?.[0] : json;
  if (!Array.isArray(value)) return value;
  const rows = value as Named[];
  const { filter } = step;
  const kept = filter ? rows.filter((row) => row[filter.key] === filter.equals) : rows;
  return step.sort ? [...kept].sort((a, b) => (String(a['Name']) < String(b['Name']) ? -1 : 1)) : kept;
}

/** Placeholders of the recordings stand for kinds of values. */
function expected(recorded: unknown): unknown {
  if (Array.isArray(recorded)) return recorded.map(expected);
  if (typeof recorded === 'object' && recorded !== null) {
    return Object.fromEntries(Object.entries(recorded).map(([key, value]) => [key, expected(value)]));
  }
  if (typeof recorded !== 'string') return recorded;
  const kinds: Record<string, unknown> = {
    '<num>': expect.any(Number),
    '<string>': expect.any(String),
    '<array>': expect.any(Array),
    '<map>': expect.any(Object),
    '<time>': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
  };
  if (recorded in kinds) return kinds[recorded];
  if (!/<(uuid|dir)/.test(recorded)) return recorded;
  const pattern = recorded
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/<dir>/g, '.*')
    .replace(/<uuid:\d+>/g, '[0-9a-f-]{36}');
  return expect.stringMatching(new RegExp(`^${pattern}$`));
}

describe('answers are those of the recordings', () => {
  it.each(['client-fs', 'client-logs', 'client-allocation-stats'])('%s', async (scenario) => {
    const results = await replay(scenario, ['http', 'frames']);
    expect(results.length).toBeGreaterThan(5);
    for (const { step, given, want } of results) {
      const { step: _, ...answer } = want;
      expect({ step, given }).toEqual({ step, given: expected(answer) });
    }
  });
});
