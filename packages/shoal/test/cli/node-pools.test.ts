import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { until } from '../support/until.ts';
import { runCommand } from './support/run-command.ts';

/** `node pool …` and what jobs make of pools, with a real agent whose node is in the pool "gpu". */

let agent: TestAgent;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-pool-'));
  agent = await prepareAgent({ dev: true, config: 'client {\n node_pool = "gpu"\n}' });
  await agent.start();
});
afterAll(async () => {
  await agent?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const run = (words: readonly string[], input?: string) =>
  runCommand('nomad', words, { env: { NOMAD_ADDR: agent.nomadUrl }, ...(input !== undefined && { input }) });

async function output(words: readonly string[], input?: string): Promise<string> {
  const { code, out, err } = await run(words, input);
  expect({ words, code, err }).toEqual({ words, code: 0, err: '' });
  return out;
}

function job(name: string, pool: string): string {
  return `job "${name}" {
  datacenters = ["dc1"]
  node_pool   = "${pool}"
  group "g" {
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/sleep"
        args    = ["600"]
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}`;
}

const statusOf = async (name: string) => (await agent.nomad.jobs.read(name)).value?.Status;
const names = async (words: readonly string[]) =>
  (JSON.parse(await output([...words, '-json'])) as { Name: string }[]).map(({ Name }) => Name);

describe('node pools', () => {
  test('are there as soon as a node is in them', async () => {
    expect(await names(['node', 'pool', 'list'])).toEqual(['all', 'default', 'gpu']);
    expect(await output(['node', 'pool', 'list'])).toMatch(/^Name +Description\n(all|default|gpu) +.*\n/);
    const [node] = (await agent.nomad.nodes.list()).value;
    for (const pool of ['gpu', 'all'])
      expect(await output(['node', 'pool', 'nodes', pool])).toContain(node?.Name ?? '?');
    expect(await output(['node', 'pool', 'nodes', 'default'])).toBe('No nodes registered\n');
  });

  test('place jobs on their nodes alone', async () => {
    await agent.run(job('in-gpu', 'gpu'));
    await agent.run(job('anywhere', 'all'));
    await agent.run(job('elsewhere', 'default'));
    for (const name of ['in-gpu', 'anywhere'])
      await until(`${name} runs`, async () => (await statusOf(name)) === 'running');
    await until('the other waits', async () => {
      const { value } = await agent.nomad.jobs.evaluations('elsewhere');
      return value.some(({ Status }) => Status === 'blocked');
    });
    expect(await output(['node', 'pool', 'jobs', 'gpu'])).toMatch(/\nin-gpu +service/);
    expect(await output(['node', 'pool', 'jobs', 'default'])).toMatch(/\nelsewhere +service/);
    const { value } = await agent.nomad.nodePools.jobs('all', { namespace: '*' });
    expect(value.map(({ ID }) => ID)).toEqual(['anywhere']);
  });

  test('are made, changed and deleted; a job waits for the first node of one', async () => {
    await expect(agent.run(job('early', 'later'))).rejects.toThrow(
      /job "early" is in nonexistent node pool "later".*node pool apply/,
    );
    const spec = 'node_pool "later" {\n description = "To come"\n meta {\n env = "prod"\n cores = 8\n }\n}';
    const said = 'Successfully applied node pool "later"!\n';
    expect(await output(['node', 'pool', 'apply', '-'], spec)).toBe(said);
    expect(await output(['node', 'pool', 'info', 'later'])).toMatch(/To come[\s\S]*cores += 8\nenv +=/);
    expect(await names(['node', 'pool', 'list', '-filter=Meta.env == "prod"'])).toEqual(['later']);
    await agent.run(job('early', 'later'));
    expect(await run(['node', 'pool', 'delete', 'later'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('node pool "later" has non-terminal jobs'),
    });
    await agent.nomad.jobs.deregister('early', { purge: true });
    expect(await output(['node', 'pool', 'apply', '-json', '-'], '{"Name": "later", "Description": "Changed"}')).toBe(
      said,
    );
    expect((await agent.nomad.nodePools.read('later')).value).toMatchObject({ Description: 'Changed', Meta: null });
    expect(await output(['node', 'pool', 'delete', 'later'])).toBe('Successfully deleted node pool "later"!\n');
    expect((await run(['node', 'pool', 'info', 'later'])).err).toContain('there is no node pool "later"');
  });

  test('have an example that can be applied', async () => {
    for (const form of ['hcl', 'json']) {
      const path = join(folder, `example.${form}`);
      await output(['node', 'pool', 'init', `-out=${form}`, '-quiet', path]);
      expect(readFileSync(path, 'utf8')).toContain('sre');
      await output(['node', 'pool', 'apply', path]);
      expect((await agent.nomad.nodePools.read('example')).value?.Meta).toEqual({ environment: 'test', owner: 'sre' });
      await output(['node', 'pool', 'delete', 'example']);
    }
  });

  test.each([
    ['no block', 'x = 1', /block node_pool "NAME"/],
    ['two blocks', 'node_pool "a" {\n}\nnode_pool "b" {\n}', /one block/],
    ['an odd member', 'node_pool "a" {\n colour = "red"\n}', /no "colour"/],
    ['settings of a scheduler', 'node_pool "a" {\n scheduler_config {\n x = 1\n }\n}', /no scheduler settings/],
    ['a name with a blank', 'node_pool "a b" {\n}', /invalid name "a b"/],
    ['a built-in one', 'node_pool "default" {\n}', /modifying node pool "default" is not allowed/],
    ['broken HCL', 'node_pool "a" {', /pool\.hcl/],
  ])('of %s is refused', async (_, text, reason) => {
    const path = join(folder, 'pool.hcl');
    writeFileSync(path, text);
    const { code, err } = await run(['node', 'pool', 'apply', path]);
    expect([code, err]).toEqual([1, expect.stringMatching(reason)]);
  });

  test.each([
    ['gpu', /node pool "gpu" has nodes/],
    ['all', /deleting node pool "all" is not allowed/],
    ['none', /node pool "none" not found/],
  ])('of name %s is not deleted', async (name, reason) => {
    expect((await run(['node', 'pool', 'delete', name])).err).toMatch(reason);
  });
});
