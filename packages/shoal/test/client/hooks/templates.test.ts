import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConsulClient, type Task, type TaskEvent, type Template } from '@shoal/api';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AllocationUpdate } from '../../../src/client/server-connection.ts';
import { templateDefaults } from '../../../src/client/templates/settings.ts';
import { startConsulAgent } from '../../http/consul/consul-agent.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { anAllocation, aTask, jobOf } from '../support/builders.ts';
import { aClientWorld } from '../support/client-world.ts';

const aTemplate = (changes: Partial<Template> = {}): Template => ({
  SourcePath: '',
  DestPath: 'local/out',
  EmbeddedTmpl: '',
  ChangeMode: 'restart',
  ChangeSignal: '',
  Splay: 0,
  Perms: '0644',
  LeftDelim: '{{',
  RightDelim: '}}',
  Envvars: false,
  VaultGrace: 0,
  ...changes,
});

/** A task with these templates, placed on a node with a Consul agent beside it. */
async function placed(templates: Template[], task: Partial<Task> = {}) {
  const consul = await startConsulAgent();
  onTestFinished(() => consul.stop());
  const api = createConsulClient({ address: consul.url });
  const world = await aClientWorld();
  const boot = () =>
    world.boot({ options: { templates: { ...templateDefaults, consul: () => api, patienceMs: 100 } } });
  await boot();
  const alloc = anAllocation(jobOf([aTask({ Templates: templates, ...task })]));
  const folder = join(world.dataDir, 'alloc', alloc.ID);
  const t = (update: AllocationUpdate | undefined) => update?.taskStates['t'];
  return {
    world,
    alloc,
    folder,
    boot,
    put: (key: string, value: string) => api.kv.put(key, Buffer.from(value)),
    register: (id: string, port: number) =>
      fetch(`${consul.url}/v1/agent/service/register`, {
        method: 'PUT',
        body: JSON.stringify({ ID: id, Name: 'web', Port: port, Address: '10.0.0.1' }),
      }),
    place: () => world.server.put(alloc),
    running: () => world.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running'),
    restarted: (times: number) =>
      world.reported(alloc.ID, `restarts ${times}`, (now) => t(now)?.Restarts === times && t(now)?.State === 'running'),
    event: (type: string): Promise<TaskEvent> =>
      until(`the event ${type}`, () => t(world.server.latest(alloc.ID))?.Events.find(({ Type }) => Type === type)),
    read: (path = 't/local/out') => readFile(join(folder, path), 'utf8'),
    failed: () => world.reported(alloc.ID, 'fails', ({ clientStatus }) => clientStatus === 'failed'),
  };
}

describe('before the task starts', () => {
  test('a template is rendered with the task variables, and has the permissions it asks for', async () => {
    const node = await placed(
      [
        aTemplate({
          EmbeddedTmpl: 'hello [[ env "IN" ]] [[ env "NOMAD_GROUP_NAME" ]]\n',
          LeftDelim: '[[',
          RightDelim: ']]',
          Perms: '600',
        }),
      ],
      { Env: { IN: 'inside' } },
    );
    node.place();
    await node.running();
    expect(await node.read()).toBe('hello inside g\n');
    expect((await stat(join(node.folder, 't/local/out'))).mode & 0o777).toBe(0o600);
  });

  test('lines of a template with env are variables of the task, over its own, and can be referred to', async () => {
    const lines = '# comment\nexport ONE=one\nTWO="two words"\nOWN=from the template\n';
    const node = await placed([aTemplate({ EmbeddedTmpl: lines, Envvars: true })], {
      Env: { OWN: 'own' },
      Config: { shown: 'is ${TWO}' },
    });
    node.place();
    await node.running();
    const [spec] = node.world.machine.started;
    expect(spec?.env).toMatchObject({ ONE: 'one', TWO: 'two words', OWN: 'from the template' });
    expect(spec?.config['shown']).toBe('is two words');
  });

  test('a source is read from the task folder, where an artifact may have put it', async () => {
    const node = await placed([aTemplate({ SourcePath: '${NOMAD_TASK_DIR}/in.tpl' })]);
    await mkdir(join(node.folder, 't/local'), { recursive: true });
    await writeFile(join(node.folder, 't/local/in.tpl'), 'from {{ env "NOMAD_TASK_NAME" }}');
    node.place();
    await node.running();
    expect(await node.read()).toBe('from t');
  });

  test('the task waits until a key is there, and its user is told', async () => {
    const node = await placed([aTemplate({ EmbeddedTmpl: '{{ key "app/name" }}' })]);
    node.place();
    expect((await node.event('Template')).DisplayMessage).toBe('Missing: kv.block(app/name)');
    expect(node.world.machine.started).toEqual([]);
    await node.put('app/name', 'shoal');
    await node.running();
    expect(await node.read()).toBe('shoal');
  });

  test('a task that is stopped while it waits is gone at once', async () => {
    const node = await placed([aTemplate({ EmbeddedTmpl: '{{ key "app/name" }}' })]);
    node.place();
    await until('the allocation is known', () => node.world.server.latest(node.alloc.ID));
    node.world.server.put({ ...node.alloc, DesiredStatus: 'stop', AllocModifyIndex: 2 });
    await node.world.reported(node.alloc.ID, 'ends', ({ clientStatus }) => clientStatus === 'complete');
  });

  test.each([
    { name: 'what cannot be read', template: { EmbeddedTmpl: '{{ nosuch }}' }, want: 'function "nosuch" not defined' },
    { name: 'what fails', template: { EmbeddedTmpl: '{{ "x" | parseInt }}' }, want: 'invalid syntax' },
    { name: 'plugins', template: { EmbeddedTmpl: '{{ plugin "sh" }}' }, want: 'function is disabled' },
    {
      name: 'destinations outside',
      template: { EmbeddedTmpl: 'x', DestPath: '../../out' },
      want: "leads out of the task's directory",
    },
    { name: 'sources outside', template: { SourcePath: '/etc/hostname' }, want: 'is outside of the task' },
    {
      name: 'lines that are no variables',
      template: { EmbeddedTmpl: 'no variable', Envvars: true },
      want: 'line 1 is not of the form KEY=value',
    },
    {
      name: 'what takes too long',
      template: { EmbeddedTmpl: '{{ range loop 9999 }}{{ range loop 9999 }}x{{ end }}{{ end }}' },
      want: 'it takes more than',
    },
  ])('$name fail the task, with the reason', async ({ template, want }) => {
    const node = await placed([aTemplate(template)]);
    node.place();
    const { taskStates } = await node.failed();
    const reasons = taskStates['t']?.Events.map(({ DisplayMessage }) => DisplayMessage).join('\n');
    expect(reasons).toContain('Template failed: template ');
    expect(reasons).toContain(want);
  });

  test('a link that the task has put in the place of a folder leads nowhere', async () => {
    const node = await placed([
      aTemplate({ EmbeddedTmpl: '{{ keyOrDefault "a" "1" }}', DestPath: 'local/conf/out', ChangeMode: 'noop' }),
    ]);
    node.place();
    await node.running();
    const elsewhere = await tempDir();
    await rm(join(node.folder, 't/local/conf'), { recursive: true });
    await symlink(elsewhere, join(node.folder, 't/local/conf'));
    await node.put('a', '2');
    expect((await node.event('Template')).DisplayMessage).toContain("leads out of the task's directory");
    expect(await readdir(elsewhere)).toEqual([]);
  });

  test('files outside of the task folder are not to be had, also through a link', async () => {
    const node = await placed([aTemplate({ EmbeddedTmpl: '{{ file "local/link" }}' })]);
    await mkdir(join(node.folder, 't/local'), { recursive: true });
    await symlink('/etc/hostname', join(node.folder, 't/local/link'));
    node.place();
    expect((await node.event('Template')).DisplayMessage).toContain('is outside of the task');
    expect(node.world.machine.started).toEqual([]);
  });

  test.each([
    {
      name: 'a pipe that nobody writes to',
      make: (path: string) => execFileSync('mkfifo', [path]),
      want: 'no ordinary file',
    },
    { name: 'a folder', make: (path: string) => mkdir(path), want: 'no ordinary file' },
    {
      name: 'a file of any size',
      make: (path: string) => writeFile(path, Buffer.alloc(9 * 1024 ** 2)),
      want: 'larger than',
    },
  ])('$name does not hold up the agent', async ({ make, want }) => {
    const node = await placed([aTemplate({ EmbeddedTmpl: '{{ file "local/odd" }}' })]);
    await mkdir(join(node.folder, 't/local'), { recursive: true });
    await make(join(node.folder, 't/local/odd'));
    node.place();
    expect((await node.event('Template')).DisplayMessage).toContain(want);
  });

  test.each(['/etc/hostname', '../../../../../../etc/hostname', '~/x', '/proc/self/environ', '/dev/zero'])(
    'the file %s is not to be had',
    async (path) => {
      const node = await placed([aTemplate({ EmbeddedTmpl: `{{ file "${path}" }}{{ env "PATH" }}` })]);
      node.place();
      const { DisplayMessage } = await node.event('Template');
      expect(DisplayMessage).toMatch(/outside of the task|no such file/);
    },
  );
});

describe('when data changes', () => {
  test('restart starts the task again, once for all templates, with new variables', async () => {
    const node = await placed([
      aTemplate({ EmbeddedTmpl: '{{ key "a" }}' }),
      aTemplate({ EmbeddedTmpl: 'V={{ key "a" }}', DestPath: 'local/env', Envvars: true }),
    ]);
    await node.put('a', '1');
    node.place();
    await node.running();
    await node.put('a', '2');
    const { taskStates } = await node.restarted(1);
    const event = taskStates['t']?.Events.find(({ Type }) => Type === 'Restart Signaled');
    expect(event?.DisplayMessage).toBe('Template with change_mode restart re-rendered');
    expect(node.world.machine.started.map(({ env }) => env['V'])).toEqual(['1', '2']);
  });

  test('signal sends it, and the file is there before', async () => {
    const node = await placed([
      aTemplate({
        EmbeddedTmpl: '{{ range service "web" }}{{ .Port }};{{ end }}',
        ChangeMode: 'signal',
        ChangeSignal: 'SIGHUP',
      }),
    ]);
    node.place();
    await node.running();
    expect(await node.read()).toBe('');
    await node.register('web-1', 80);
    await until('the signal', () => node.world.machine.signals.some(({ signal }) => signal === 'SIGHUP'));
    expect(await node.read()).toBe('80;');
  });

  test('noop writes the file and leaves the task alone', async () => {
    const node = await placed([aTemplate({ EmbeddedTmpl: '{{ keyOrDefault "a" "none" }}', ChangeMode: 'noop' })]);
    node.place();
    await node.running();
    await node.put('a', 'there');
    await until('the new text', async () => (await node.read()) === 'there');
    expect(node.world.machine.signals).toEqual([]);
  });

  test('script runs a command beside the task', async () => {
    const ChangeScript = { Command: '/bin/reload', Args: ['now'], Timeout: 1e9, FailOnError: false };
    const node = await placed([
      aTemplate({ EmbeddedTmpl: '{{ keyOrDefault "a" "" }}', ChangeMode: 'script', ChangeScript }),
    ]);
    node.place();
    await node.running();
    await node.put('a', '1');
    expect((await node.event('Task hook message')).DisplayMessage).toContain('ran script /bin/reload now');
    expect(node.world.machine.commands.map(({ command }) => command)).toEqual([['/bin/reload', 'now']]);
  });

  test('a script that fails fails the task where that is asked for', async () => {
    const ChangeScript = { Command: 'false', Args: null, Timeout: 1e9, FailOnError: true };
    const node = await placed([
      aTemplate({ EmbeddedTmpl: '{{ keyOrDefault "a" "" }}', ChangeMode: 'script', ChangeScript }),
    ]);
    node.place();
    await node.running();
    await node.put('a', '1');
    const { taskStates } = await node.failed();
    expect(taskStates['t']?.Events.map(({ DisplayMessage }) => DisplayMessage).join()).toContain(
      'Template failed to run script false: exit code 1: said',
    );
  });

  test('what cannot be rendered any more stays as it was, and the task runs on', async () => {
    const node = await placed([aTemplate({ EmbeddedTmpl: '{{ keyOrDefault "a" "1" | parseInt }}' })]);
    node.place();
    await node.running();
    await node.put('a', 'no number');
    expect((await node.event('Template')).DisplayMessage).toContain('could not be rendered again');
    expect(await node.read()).toBe('1');
  });

  test('a file that a template shows is followed', async () => {
    const node = await placed([aTemplate({ EmbeddedTmpl: '{{ file "local/in" }}', ChangeMode: 'noop' })]);
    await mkdir(join(node.folder, 't/local'), { recursive: true });
    await writeFile(join(node.folder, 't/local/in'), 'first');
    node.place();
    await node.running();
    expect(await node.read()).toBe('first');
    await writeFile(join(node.folder, 't/local/in'), 'second one');
    await until('the new text', async () => (await node.read()) === 'second one');
  });

  test('a template that is rendered once is not followed', async () => {
    const once = aTemplate({ EmbeddedTmpl: '{{ key "a" }}', Once: true });
    const other = aTemplate({ EmbeddedTmpl: '{{ key "a" }}', DestPath: 'local/other', ChangeMode: 'noop' });
    const node = await placed([once, other]);
    await node.put('a', '1');
    node.place();
    await node.running();
    await node.put('a', '2');
    await until('the other is rendered', async () => (await node.read('t/local/other')) === '2');
    expect(await node.read()).toBe('1');
    expect(node.world.server.latest(node.alloc.ID)?.taskStates['t']?.Restarts).toBe(0);
  });

  test('the wait of a template gathers changes', async () => {
    const node = await placed([
      aTemplate({
        EmbeddedTmpl: '{{ keyOrDefault "a" "" }}',
        ChangeMode: 'signal',
        ChangeSignal: 'SIGHUP',
        Wait: { Min: 0.3e9, Max: 5e9 },
      }),
    ]);
    node.place();
    await node.running();
    for (const value of ['1', '2', '3']) {
      await node.put('a', value);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await until('the last text', async () => (await node.read()) === '3');
    await until('the signal', () => node.world.machine.signals.length > 0);
    expect(node.world.machine.signals).toHaveLength(1);
  });

  test('that changed while no agent was there has its effect when the next one comes', async () => {
    const node = await placed([
      aTemplate({ EmbeddedTmpl: '{{ key "a" }}', ChangeMode: 'signal', ChangeSignal: 'SIGHUP' }),
    ]);
    await node.put('a', '1');
    node.place();
    await node.running();
    await node.world.client.stop({ tasks: 'keep' });
    await node.put('a', '2');
    expect(await node.read()).toBe('1');
    await node.boot();
    await until('the signal', () => node.world.machine.signals.some(({ signal }) => signal === 'SIGHUP'));
    expect(await node.read()).toBe('2');
    expect(node.world.machine.started).toHaveLength(1);
  });
});
