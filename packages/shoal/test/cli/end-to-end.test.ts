import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM, prepareAgent, type TestAgent } from '../support/agent.ts';
import { until } from '../support/until.ts';
import { builtProgram, type RunOptions } from './support/run-built.ts';

/** The built program against a real agent. */

let agent: TestAgent;
let program: ReturnType<typeof builtProgram>;

beforeAll(async () => {
  program = builtProgram();
  agent = await prepareAgent({ dev: true });
  await agent.start();
  await writeFile(join(program.folder, 'web.nomad'), WEB);
  await writeFile(join(program.folder, 'other.nomad'), WEB.replace('job "web"', 'job "webapp"'));
  await writeFile(
    join(program.folder, 'stuck.nomad'),
    WEB.replace('job "web"', 'job "stuck"').replace('dc1', 'nowhere'),
  );
  await writeFile(join(program.folder, 'broken.nomad'), WEB.replace('config {', 'config = {'));
});

afterAll(async () => {
  await agent?.dispose();
  program?.dispose();
});

const WEB = `variable "count" {
  type    = number
  default = 2
}

job "web" {
  datacenters = ["dc1"]
  group "front" {
    count = var.count
    update {
      min_healthy_time = "100ms"
    }
    network {
      port "http" {}
    }
    task "server" {
      driver = "raw_exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "for i in 1 2 3; do echo line $i; done; echo trouble >&2; exec sleep 600"]
      }
      resources {
        cpu    = 20
        memory = 20
      }
    }
  }
}
`;

function run(line: string, options: RunOptions = {}) {
  const env = { NOMAD_ADDR: agent.nomadUrl, CONSUL_HTTP_ADDR: agent.consulUrl };
  return program.run(line, { ...options, env: { ...env, ...options.env } });
}

async function output(line: string, options: RunOptions = {}): Promise<string> {
  const { code, out, err } = await run(line, options);
  expect({ line, code, err }).toEqual({ line, code: 0, err: '' });
  return out;
}

async function json<T>(line: string): Promise<T> {
  return JSON.parse(await output(line)) as T;
}

describe('a job', { timeout: 60_000 }, () => {
  test('plans as new', async () => {
    const { code, out } = await run('nomad plan web.nomad');
    expect(code).toBe(1);
    expect(out).toMatch(
      /^\+ Job: "web"\n\+ Task Group: "front" \(2 create\)\n {2}\+ Task: "server" \(forces create\)\n/,
    );
    expect(out).toContain('nomad job run -check-index 0 web.nomad');
  });

  test('runs, and is followed until it is healthy', async () => {
    const out = await output('nomad run web.nomad');
    expect(out).toMatch(/^==> Monitoring evaluation "[0-9a-f]{8}"\n {4}Evaluation triggered by job "web"\n/);
    expect(out.match(/Allocation "[0-9a-f]{8}" created: node "[0-9a-f]{8}" \(.+\), group "front"/g)).toHaveLength(2);
    expect(out.match(/Allocation "[0-9a-f]{8}" is healthy/g)).toHaveLength(2);
    expect(out).toMatch(/==> Deployment "[0-9a-f]{8}" finished with status "successful"/);
  });

  test('plans no change, and a change', async () => {
    expect((await run('nomad plan web.nomad')).code).toBe(0);
    const { code, out } = await run('nomad plan -var count=3 web.nomad');
    expect(code).toBe(1);
    expect(out).toContain('+/- Count: "2" => "3" (forces create)');
  });

  test('is in the list, by itself, and found by the beginning of its name', async () => {
    expect(await output('nomad job status')).toMatch(
      /^ID +Type +Priority +Status +Submit Date\nweb +service +50 +running /,
    );
    const one = await output('nomad status we');
    expect(one).toMatch(/^ID +=? ?= web\n/);
    expect(one).toMatch(/front +0 +0 +2 +0 +0 +0 +0\n/);
    expect(one.match(/ front +0 +run +running +/g)).toHaveLength(2);
    const { Job } = await json<{ Job: { ID: string } }>('shoal job inspect web');
    expect(Job.ID).toBe('web');
  });

  test('is not changed under the feet of somebody', async () => {
    const { code, err } = await run('shoal job run -check-index 1 -detach -var count=3 web.nomad');
    expect(code).toBe(1);
    expect(err).toContain('Somebody else has changed the job');
  });

  test('that cannot be placed ends with 2, and says why', async () => {
    const { code, out } = await run('shoal run stuck.nomad');
    expect(code).toBe(2);
    expect(out).toContain('but failed to place all allocations');
    expect(out).toMatch(/Evaluation "[0-9a-f]{8}" waiting for additional capacity/);
    expect(await output('shoal job status stuck')).toContain('Placement Failure\nTask Group "front":\n');
    expect((await run('shoal job stop -purge stuck')).code).toBe(0);
  });

  test('with mistakes is not sent, and they are shown where they are', async () => {
    const { code, out, err } = await run('shoal job run broken.nomad');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/--> broken\.nomad:\d+:\d+\n[\s\S]*\^\^\^/);
    expect(err).toContain('Remedy:');
  });

  test('from the standard input, printed as JSON, goes back in', async () => {
    const printed = await output('shoal job run -output -var count=1 -', { input: WEB });
    expect(JSON.parse(printed)).toMatchObject({ Job: { ID: 'web', TaskGroups: [{ Count: 1 }] } });
    expect(await output('shoal job validate -json -', { input: printed })).toBe('Job validation successful\n');
  });
});

describe('an allocation', { timeout: 60_000 }, () => {
  const first = async () => {
    const jobs = await json<{ Allocations: { ID: string; ClientStatus: string }[] }>('shoal job status -json web');
    const running = jobs.Allocations.find(({ ClientStatus }) => ClientStatus === 'running');
    return running?.ID.slice(0, 8) ?? '';
  };

  test('is shown with its address and what it uses', async () => {
    const out = await output(`nomad alloc status -stats ${await first()}`);
    expect(out).toMatch(/\nhttp +yes +127\.0\.0\.1:\d+\n/);
    expect(out).toMatch(/Task "server" is "running"\nTask Resources\nCPU +Memory +Disk\n\d+\/20 MHz/);
    expect(out).toContain('Memory Stats');
    expect(out).toMatch(/Started +Task started by client\n/);
  });

  test('has logs, from the start, from the end, and as they come', async () => {
    const id = await first();
    await until('all is written', async () => (await output(`nomad alloc logs ${id}`)) === 'line 1\nline 2\nline 3\n');
    expect(await output(`nomad alloc logs -tail -n 1 ${id} server`)).toBe('line 3\n');
    expect(await output(`nomad logs -stderr -job web`)).toBe('trouble\n');
    const followed = await run(`nomad alloc logs -f -n 2 ${id}`, {
      watch: (out, end) => {
        if (out.endsWith('line 3\n')) end('SIGTERM');
      },
    });
    expect(followed.out).toBe('line 2\nline 3\n');
  });

  test('has files', async () => {
    const id = await first();
    expect(await output(`nomad alloc fs ${id}`)).toMatch(
      /^Mode +Size +Modified Time +Name\ndrwx.* alloc\/\ndrwx.* server\/\n$/,
    );
    expect(await output(`nomad alloc fs ${id} alloc/logs/server.stdout.0`)).toBe('line 1\nline 2\nline 3\n');
    expect((await run(`nomad alloc fs ${id} ../../../../etc/passwd`)).code).toBe(1);
  });

  test('is restarted where it is, and replaced when it is stopped', async () => {
    const id = await first();
    expect(await output(`nomad alloc restart ${id} server`)).toBe('');
    await until('it runs again', async () => {
      const shown = await output(`nomad alloc status ${id}`);
      return /"server" is "running"/.test(shown) && /Total Restarts +=? ?= 1/.test(shown);
    });
    const out = await output(`nomad alloc stop ${id}`);
    expect(out).toMatch(/Allocation "[0-9a-f]{8}" created/);
  });

  test('that does not exist, or that has no such task', async () => {
    expect(await run('nomad alloc status zzzz')).toMatchObject({
      code: 1,
      err: 'Error: No allocation(s) with prefix or id "zzzz" found\n',
    });
    const { code, err } = await run(`nomad alloc logs ${await first()} nosuch`);
    expect({ code, told: err.includes('  * server') }).toEqual({ code: 1, told: true });
  });
});

describe('nodes and servers', () => {
  test('are listed and shown', async () => {
    expect(await output('nomad node status')).toMatch(/^ID +DC +Name .*\n[0-9a-f]{8} +dc1 +.* +eligible +ready\n$/);
    expect(await output('nomad node status -self')).toMatch(/Driver Status = (\S+,)?raw_exec\n/);
    expect(await output('nomad server members')).toMatch(/ alive +true +/);
    expect(await output('consul members')).toMatch(/ alive +server +/);
    expect(await output('consul catalog datacenters')).toBe('dc1\n');
  });

  test('take no more work, and again', async () => {
    const [node] = await json<{ Name: string }[]>('nomad node status -json');
    expect(await output('nomad node eligibility -disable -self')).toContain('ineligible');
    expect(await output(`nomad node eligibility -enable ${node?.Name}`)).toContain('set: eligible');
  });
});

describe('keys', () => {
  test('are written, read and deleted', async () => {
    expect(await output('consul kv put app/color blue')).toBe('Success! Data written to: app/color\n');
    expect(await output('consul kv put -flags=18446744073709551615 app/depth -5')).toContain('app/depth');
    expect(await output('consul kv put app/text -', { input: 'from outside' })).toContain('app/text');
    expect(await output('consul kv get app/color')).toBe('blue\n');
    expect(await output('consul kv get -recurse app')).toBe('app/color:blue\napp/depth:-5\napp/text:from outside\n');
    expect(await output('consul kv get -keys app/')).toBe('app/color\napp/depth\napp/text\n');
    expect(await output('consul kv get -detailed app/depth')).toMatch(/^Flags {12}18446744073709551615$/m);
    expect((await run('consul kv put -cas -modify-index=0 app/color red')).code).toBe(1);
    const exported = await output('consul kv export app/');
    expect(await output('consul kv import -prefix copy/ -', { input: exported })).toContain(
      'Imported: copy/app/color\n',
    );
    expect(await output('consul kv get copy/app/text')).toBe('from outside\n');
    expect(await output('consul kv delete -recurse app/')).toBe('Success! Deleted keys with prefix: app/\n');
    expect(await run('consul kv get app/color')).toMatchObject({
      code: 1,
      err: 'Error: No key exists at: app/color\n',
    });
  });
});

describe('the end of a job', { timeout: 60_000 }, () => {
  test('an ambiguous name is listed, one that is not whole is asked for', async () => {
    expect((await run('nomad run -detach other.nomad')).code).toBe(0);
    const { code, err } = await run('nomad job status we');
    expect(code).toBe(1);
    expect(err).toMatch(/more than one job:\n\nID[\s\S]*web [\s\S]*webapp /);
    expect((await run('nomad stop weba')).code).toBe(1);
    expect(await output('nomad stop -yes --purge weba')).toContain('finished with status "complete"');
  });

  test('stops it', async () => {
    expect(await output('nomad job stop web')).toContain('Evaluation triggered by job "web"');
    expect(await output('nomad job status')).toMatch(/web +service +50 +dead \(stopped\) /);
    expect((await run('nomad job stop nosuch')).code).toBe(1);
  });

  test('has versions that are known by name', async () => {
    expect(await output('nomad job tag apply -name ended -description over web')).toContain('is tagged "ended"');
    expect(await output('nomad job history web')).toMatch(/Tag Name +=? *ended[\s\S]*Tag Description +=? *over/);
    expect(await output('nomad job history -diff-tag ended web')).toContain('Diff        =');
    const unknown = await run('nomad job revert web begun');
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('its tags are "ended"')]);
    const present = await run('nomad job revert web ended');
    expect([present.code, present.err]).toEqual([1, expect.stringContaining("can't revert to current version")]);
    expect(await output('nomad job tag unset -name ended web')).toContain('tagged "ended" any more');
  });

  test('can be taken back', async () => {
    expect(await output('nomad job start -detach web')).toMatch(/^Job started\nEvaluation ID: /);
    expect(await output('nomad job status web')).not.toContain('(stopped)');
    const { code, err } = await run('nomad job start web');
    expect([code, err]).toEqual([1, expect.stringContaining('is not stopped')]);
    expect(await output('nomad job stop -yes web')).toContain('finished with status "complete"');
  });
});

describe('the agent', { timeout: 60_000 }, () => {
  test('ends by SIGTERM with 0, and logs where it listened', async () => {
    expect(await agent.end('SIGTERM')).toBe(0);
    const lines = agent
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find(({ msg }) => msg === 'agent: started')).toMatchObject({ http: `127.0.0.1:${agent.ports.http}` });
    expect(lines.at(-1)).toMatchObject({ msg: 'agent: stopped' });
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('reads its configuration again at SIGHUP; a second signal does not wait for tasks that do not end', async () => {
    await agent.start();
    const stubborn = WEB.replace('exec sleep 600', "trap '' INT TERM; while :; do sleep 1; done");
    await output('shoal run -var count=1 -', {
      input: stubborn.replace('driver =', 'kill_timeout = "25s"\n      driver ='),
    });
    process.kill(agent.pid(), 'SIGHUP');
    await until('it was read again', () => agent.log().includes('config: read again, nothing has changed'));
    process.kill(agent.pid(), 'SIGTERM');
    await until('it waits for the task', () => agent.log().match(/agent: stopping, tasks are ended/g)?.length === 2);
    expect(await agent.end('SIGTERM')).toBe(143);
  });

  const FREE = '-dns-port 0 -rpc-port 0 -edge-http-port 0 -edge-https-port 0';
  const untilStarted: RunOptions = {
    watch: (out, end) => {
      if (out.includes('agent: started')) end('SIGTERM');
    },
  };

  test('takes the flags of Nomad', async () => {
    const line = `nomad agent -dev -bind 127.0.0.1 -http-port 0 -consul-http-port 0 ${FREE} -encrypt=x -node=here`;
    const { code, out } = await run(line, untilStarted);
    expect(code).toBe(0);
    expect(out).toMatch(/"at":"nomad-flags\.json:\d+","msg":"config: [a-z.]*encrypt has no effect/);
    expect(out).toMatch(/"node":"here".*"roles":"server,client,edge".*"agent: started"/);
  });

  test('takes the flags of Consul, and is no client then', async () => {
    const ports = '-http-port 0 -dns-port 0 -server-port 0 -nomad-http-port 0';
    const line = `consul agent -server -bootstrap-expect=1 -data-dir data -bind 127.0.0.1 -client 127.0.0.1 ${ports} -node-meta a:b -encrypt x`;
    const { code, out } = await run(line, untilStarted);
    expect(code).toBe(0);
    expect(out).toContain('config: encrypt has no effect');
    expect(out).toContain('"roles":"server"');
  });

  test('says which port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(agent.ports.http, '127.0.0.1', resolve));
    try {
      const { ports } = agent;
      const others = `-consul-http-port 0 -dns-port 0 -rpc-port 0 -edge-http-port 0 -edge-https-port 0`;
      const { code, err } = await run(`shoal agent -dev -http-port ${ports.http} ${others}`);
      expect(code).toBe(1);
      expect(err).toMatch(new RegExp(`127\\.0\\.0\\.1:${ports.http}: the port is taken.* -http-port\\.`));
    } finally {
      server.close();
    }
  });

  test('checks configurations under each name', async () => {
    await writeFile(join(program.folder, 'bad.hcl'), 'datacentre = "x"\n');
    const { code, err } = await run('consul validate bad.hcl');
    expect(code).toBe(1);
    expect(err).toContain('bad.hcl:1:1');
    expect(err).toContain('1 error');
    await writeFile(join(program.folder, 'good.hcl'), 'data_dir = "/tmp/x"\nserver {\n  enabled = true\n}\n');
    expect(await output('shoal config validate good.hcl')).toMatch(/Configuration is valid!\n$/);
    expect(await run('shoal agent -config bad.hcl')).toMatchObject({ code: 1, out: '' });
  });
});

/** Starting is mostly loading: what a small command loads must stay small. */
test('version loads little', async () => {
  expect(await program.run('shoal version')).toMatchObject({ code: 0, out: expect.stringMatching(/^Shoal v\d/) });
  const files = [...closure(PROGRAM, new Set(), /program-|io-|version-/)];
  const size = files.reduce((sum, file) => sum + readFileSync(file).length, 0);
  expect(files.length).toBeGreaterThan(3);
  expect(size).toBeLessThan(64 * 1024);
});

/** A built file with all that it imports at once, and of what it imports on demand that of the given names. */
function closure(file: string, found: Set<string>, onDemand: RegExp): Set<string> {
  if (found.has(file) || !existsSync(file)) return found;
  found.add(file);
  const text = readFileSync(file, 'utf8');
  const now = [...text.matchAll(/(?:from|import)\s*"(\.[^"]+)"/g)].map(([, path]) => path as string);
  const later = [...text.matchAll(/import\("(\.[^"]+)"\)/g)].map(([, path]) => path as string);
  for (const path of [...now, ...later.filter((each) => onDemand.test(each))])
    closure(join(dirname(file), path), found, onDemand);
  return found;
}
