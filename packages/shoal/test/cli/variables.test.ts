import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { until } from '../support/until.ts';
import { builtProgram } from './support/run-built.ts';
import { runCommand } from './support/run-command.ts';

/** `var …`, `operator root keyring …` and templates with variables, with a real agent. */

let agent: TestAgent;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-var-'));
  agent = await prepareAgent({ dev: true });
  await agent.start();
});
afterAll(async () => {
  await agent?.dispose();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  for (const { Path } of (await agent.nomad.variables.list()).value) await agent.nomad.variables.delete(Path);
});

const environment = () => ({ NOMAD_ADDR: agent.nomadUrl, CONSUL_HTTP_ADDR: agent.consulUrl });
const run = (words: readonly string[], input?: string) =>
  runCommand('nomad', words, { env: environment(), ...(input !== undefined && { input }) });

async function output(words: readonly string[], input?: string): Promise<string> {
  const { code, out, err } = await run(words, input);
  expect({ words, code, err }).toEqual({ words, code: 0, err: '' });
  return out;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const items = async (path: string) => (await agent.nomad.variables.read(path)).value?.Items;

describe('var put', () => {
  test('takes items from the command line, files and the standard input', async () => {
    const secret = file('secret.txt', 'from a file\n');
    const out = await output(
      ['var', 'put', 'app/db', 'user=me', `cert=@${secret}`, 'key=-', 'empty=', 'a=b=c', '__proto__=p'],
      'in',
    );
    expect(JSON.parse(out)).toMatchObject({ Namespace: 'default', Path: 'app/db' });
    const want = { user: 'me', cert: 'from a file\n', key: 'in', empty: '', a: 'b=c' };
    expect(Object.entries((await items('app/db')) ?? {})).toEqual([...Object.entries(want), ['__proto__', 'p']]);
  });

  test.each([
    ['HCL', 'spec.nv.hcl', 'path = "app/db"\nitems {\n  user = "file"\n  n    = 1\n}\n'],
    ['HCL with an object', 'other.hcl', 'path = "app/db"\nitems = {\n  user = "file"\n  "n"  = "1"\n}\n'],
    ['JSON', 'spec.nv.json', '{"Path":"app/db","Items":{"user":"file","n":"1"}}'],
  ])('takes a specification in %s, and the command line counts more', async (_what, name, text) => {
    const path = file(name, text);
    await output(['var', 'put', `@${path}`, 'more=yes']);
    expect(await items('app/db')).toEqual({ user: 'file', n: '1', more: 'yes' });
    await output(['var', 'put', 'app/other', `@${path}`, 'user=line']);
    expect(await items('app/other')).toEqual({ user: 'line', n: '1' });
    const format = name.endsWith('.hcl') ? 'hcl' : 'json';
    await output(['var', 'put', `-in=${format}`, '-', 'in=put'], text);
    expect(await items('app/db')).toEqual({ user: 'file', n: '1', in: 'put' });
  });

  test('does not overwrite what somebody else has changed', async () => {
    await output(['var', 'put', 'app/db', 'n=1']);
    for (const form of ['json', 'hcl']) {
      const read = await output(['var', 'get', `-out=${form}`, 'app/db']);
      await output(['var', 'put', `-in=${form}`, '-', `${form}=1`], read);
      const again = await run(['var', 'put', `-in=${form}`, '-', 'n=2'], read);
      expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/was to be at index \d+, and it is at \d+/) });
      await output(['var', 'put', '-force', `-in=${form}`, '-', `${form}=2`], read);
    }
    const { err } = await run(['var', 'put', '-check-index=0', 'app/db', 'n=3']);
    expect(err).toContain('was not written');
    expect((await run(['var', 'put', '-check-index=7', 'app/none', 'n=3'])).err).toContain('there is no such variable');
    await output(['var', 'put', '-check-index=0', 'app/new', 'n=1']);
  });

  test('prints the variable as it is asked to', async () => {
    const table = await output(['var', 'put', '-out=table', 'app/db', 'user=me', 'password=x']);
    expect(table).toMatch(
      /^Successfully created variable "app\/db"!\nNamespace +=.default\nPath +=.app\/db\nCreate Time = 20\S+\nCheck Index = \d+\n\nItems\n(user|password) +=/,
    );
    expect(await output(['var', 'put', '-out=none', 'app/db', 'user=me'])).toBe(
      'Successfully updated variable "app/db"!\n',
    );
    const template = ['-out=go-template', '-template', '{{ .Path }} {{ .Items.user }}'];
    expect(await output(['var', 'put', ...template, 'app/db', 'user=me'])).toBe('app/db me\n');
  });

  test.each([
    ['nothing', ['app/db'], /there are no items: write KEY=VALUE/],
    ['no item', ['app/db', 'user'], /"user" is no item: write KEY=VALUE/],
    ['no path', ['@SPEC'], /there is no path/],
    ['a bad path', ['a.b', 'k=v'], /invalid path "a\.b"/],
    ['a file that is not there', ['app/db', 'k=@/nowhere'], /cannot read \/nowhere: there is no such file/],
    ['bad HCL', ['app/db', '@BAD'], /bad\.hcl/],
    ['a form that there is not', ['-out=xml', 'app/db', 'k=v'], /-out is one of go-template, hcl/],
    ['a form without its template', ['-out=go-template', 'app/db', 'k=v'], /needs -template/],
    ['the input twice', ['app/db', 'a=-', 'b=-'], /once only/],
    ['contradictions', ['-force', '-check-index=1', 'app/db', 'k=v'], /contradict/],
    ['members that there are not', ['app/db', '@ODD'], /a variable has no "itms"/],
  ])('refuses %s', async (_what, words, message) => {
    const files: Record<string, string> = {
      '@SPEC': `@${file('empty.json', '{"Items":{"k":"v"}}')}`,
      '@BAD': `@${file('bad.hcl', 'items {')}`,
      '@ODD': `@${file('odd.json', '{"Itms":{}}')}`,
    };
    const { code, err } = await run(['var', 'put', ...words.map((word) => files[word] ?? word)]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(message) });
  });
});

describe('var get, list, purge and init', () => {
  test('show one or its items', async () => {
    await output(['var', 'put', 'app/db', 'user=me', 'tpl=a ${b} "c"']);
    expect(await output(['var', 'get', '-item=user', 'app/db'])).toBe('me');
    expect(await output(['var', 'get', '-out=hcl', 'app/db'])).toContain('  user = "me"\n  tpl  = "a $${b} \\"c\\""');
    expect(await output(['var', 'get', '-out=none', 'app/db'])).toBe('');
    expect(await run(['var', 'get', '-item=nosuch', 'app/db'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('it has: tpl, user'),
    });
    expect(await run(['var', 'get', 'app/none'])).toMatchObject({ code: 1, err: expect.stringMatching(/not found/) });
  });

  test('list by prefix and in pages', async () => {
    for (const path of ['a/1', 'a/2', 'b']) await output(['var', 'put', path, 'k=v']);
    expect(await output(['var', 'list', '-out=terse', 'a/'])).toBe('a/1\na/2\n');
    expect(await output(['var', 'list', '-out=table', 'b'])).toMatch(/^Namespace +Path +Last Updated\ndefault +b +20/);
    expect(JSON.parse(await output(['var', 'list', 'a/']))).toHaveLength(2);
    const page = JSON.parse(await output(['var', 'list', '-per-page=2']));
    expect(page.Data).toHaveLength(2);
    expect(await output(['var', 'list', '-out=terse', `-page-token=${page.QueryMeta.NextToken}`])).toBe('b\n');
    expect((await run(['var', 'list', '-out=table', 'none'])).err).toContain('No variables found');
  });

  test('purge what is at the index', async () => {
    await output(['var', 'put', 'app/db', 'k=v']);
    expect((await run(['var', 'purge', '-check-index=1', 'app/db'])).err).toContain('was not deleted');
    expect(await output(['var', 'purge', 'app/db'])).toBe('Successfully purged variable "app/db"!\n');
    expect(await items('app/db')).toBeUndefined();
  });

  test('write an example that can be put', async () => {
    for (const form of ['hcl', 'json']) {
      const path = join(folder, `init.nv.${form}`);
      expect(await output(['var', 'init', `-out=${form}`, path])).toContain(`written to ${path}`);
      await output(['var', 'put', `@${path}`]);
      expect(await items('nomad/jobs/example')).toEqual({ key1: 'value 1', key2: 'value 2' });
      expect((await run(['var', 'init', path])).err).toContain('exists already');
    }
  });
});

describe('var lock', () => {
  test('runs programs one after the other, and others cannot write meanwhile', async () => {
    const program = builtProgram();
    const log = join(folder, 'turns');
    const go = join(folder, 'go');
    const script = `echo begin >> ${log}; while [ ! -e ${go} ]; do sleep 0.02; done; echo end >> ${log}; exit 3`;
    const said = ['', ''];
    const turn = (at: number) =>
      program.runWords(['nomad', 'var', 'lock', '-verbose', 'app/lock', script], {
        env: environment(),
        hear: (err) => {
          said[at] = err;
        },
      });
    try {
      const turns = [turn(0)];
      await until('the lock is held', async () => (await agent.nomad.variables.read('app/lock')).value?.Lock);
      turns.push(turn(1));
      await until('the other waits', () => said[1]?.includes('Waiting for the lock of app/lock'));
      expect((await run(['var', 'put', 'app/lock', 'k=v'])).err).toContain('is locked');
      expect((await run(['var', 'purge', 'app/lock'])).err).toContain('is locked');
      writeFileSync(go, '');
      const ended = await Promise.all(turns);
      expect(ended.map(({ code }) => code)).toEqual([3, 3]);
      expect(readFileSync(log, 'utf8')).toBe('begin\nend\nbegin\nend\n');
      expect((await agent.nomad.variables.read('app/lock')).value?.Lock).toBeUndefined();
    } finally {
      program.dispose();
    }
  });

  test('refuses times that are too short, and wants a program', async () => {
    expect((await run(['var', 'lock', '-ttl=1s', 'app/lock', 'true'])).err).toContain('between 10s and 24h');
    expect((await run(['var', 'lock', '-ttl=soon', 'app/lock', 'true'])).err).toContain('a duration');
    expect((await run(['var', 'lock', 'app/lock', `@${file('lock.json', '{}')}`])).err).toContain('no program to run');
  });
});

test('operator root keyring lists, rotates and removes keys', async () => {
  await output(['var', 'put', 'app/db', 'k=v']);
  const list = async () =>
    JSON.parse(await output(['operator', 'root', 'keyring', 'list', '-json'])) as { KeyID: string; State: string }[];
  const first = (await list()).find(({ State }) => State === 'active')?.KeyID ?? '';
  const said = await output(['operator', 'root', 'keyring', 'rotate', '-full']);
  const now = (await list()).find(({ State }) => State === 'active')?.KeyID;
  expect(said).toBe(`The active key is now ${now}\n`);
  expect(now).not.toBe(first);
  expect(await output(['operator', 'root', 'keyring', 'remove', first])).toContain(first);
  expect(await output(['operator', 'root', 'keyring', 'list'])).toMatch(/^Key +State +Create Time\n\S{8} +active/);
  expect(await items('app/db')).toEqual({ k: 'v' });
});

test('template render reads variables of a running agent', async () => {
  await output(['var', 'put', 'app/db', 'user=me']);
  const path = file(
    'app.tpl',
    '{{ with nomadVar "app/db" }}{{ .user }}{{ end }} {{ range nomadVarList "app" }}{{ .Path }}{{ end }} {{ nomadVarExists "none" }}\n',
  );
  const render = (...words: string[]) =>
    runCommand('shoal', ['template', 'render', ...words, path], { env: environment() });
  expect(await render()).toMatchObject({ code: 0, out: 'me app/db false\n' });
  const data = file('data.json', '{}');
  expect((await render('-data', data)).err).toContain('-nomad-addr is not given');
  expect(await render('-data', data, '-nomad-addr', agent.nomadUrl)).toMatchObject({ out: 'me app/db false\n' });
});

describe('job init', () => {
  test('writes job files that the cluster keeps', async () => {
    const path = join(folder, 'kept.nomad.hcl');
    const none = await run(['job', 'init', '-template', 'web', path]);
    expect([none.code, none.err]).toEqual([
      1,
      expect.stringContaining('"var put nomad/job-templates/web template=@FILE"'),
    ]);
    await output(['var', 'put', 'nomad/job-templates/web', 'template=job "web" {}', 'description=a site']);
    await output(['var', 'put', 'nomad/job-templates/db', 'description=to come']);
    expect(await output(['job', 'init', '-list-templates'])).toBe('db\nweb\n');
    await output(['job', 'init', '-template', 'web', path]);
    expect(readFileSync(path, 'utf8')).toBe('job "web" {}');
    expect((await run(['job', 'init', '-template', 'db', path])).err).toContain('has no item "template"');
    expect((await run(['job', 'init', '-template', 'wep', path])).err).toContain('there are db, web');
  });
});
