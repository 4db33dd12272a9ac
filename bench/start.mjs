// Start and size: the command line beside bare Node, the agent until its node is ready, its memory when idle, what an installation takes.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answers, hasNode, joining, place, SERVER } from './support/agent.mjs';
import { peerConsul } from './support/debian.mjs';
import { processWith } from './support/memory.mjs';
import { settledMB, together } from './support/settled.mjs';
import { json, program, startShoal } from './support/shoal.mjs';
import { median } from './support/table.mjs';

const RUNS = 15;
const STARTS = 5;
/** Of Nomad 1.0.18 and Consul 1.8.7 on the same kind of machine. */
const RECORDED = { readyMs: 1300, idleMB: 99 + 80 };
const JOBS = [10, 100, 1000];
const packageDir = fileURLToPath(new URL('../packages/shoal/', import.meta.url));

export async function* bench() {
  yield version();
  yield await ready();
  yield* await idleMemory();
  yield* installed();
  yield {
    what: 'start of an agent that knows them, until it answers',
    of: 'jobs',
    unit: 'ms',
    points: await startsWith(JOBS),
  };
}

function version() {
  const pairs = Array.from({ length: RUNS }, () => [time([program, 'version']), time(['-e', '0'])]);
  const ratio = median(pairs.map(([ours, node]) => ours / node));
  const [ours, node] = [0, 1].map((at) => median(pairs.map((pair) => pair[at])));
  return {
    what: '`shoal version`',
    ours: `${ours.toFixed(0)} ms`,
    peer: `\`node -e 0\` ${node.toFixed(0)} ms`,
    ratio: `${ratio.toFixed(2)} × its time`,
    target: '1.8 × its time',
    met: ratio <= 1.8,
    figures: { ours, peer: node, ratio },
  };
}

/** Beside the time of bare Node, which tells how busy the machine is. */
async function ready() {
  const starts = [];
  const nodes = [];
  for (let run = 0; run < STARTS; run += 1) {
    const agent = await startShoal();
    starts.push(agent.readyMs);
    await agent.stop();
    nodes.push(time(['-e', '0']));
  }
  const [ours, node] = [median(starts), median(nodes)];
  return {
    what: '`agent -dev` until its node is ready',
    ours: `${(ours / 1000).toFixed(2)} s, ${(ours / node).toFixed(1)} × \`node -e 0\``,
    peer: `Nomad ${RECORDED.readyMs / 1000} s (recorded)`,
    ratio: `${(RECORDED.readyMs / ours).toFixed(2)} ×`,
    target: '1.3 s',
    met: ours <= RECORDED.readyMs,
    reason: `the machine is busy: \`node -e 0\` alone took ${node.toFixed(0)} ms in the same minute`,
    figures: { ours, peer: RECORDED.readyMs, node },
  };
}

async function* idleMemory() {
  const all = await startShoal();
  const supervisor = processWith('supervisor.js', all.dir);
  const fresh = together([all.pid]);
  const [everything, beside] = [await settledMB([all.pid]), together([supervisor])];
  await all.stop();
  yield {
    what: 'idle memory, one agent with all roles (PSS)',
    ours: `${everything.toFixed(0)} MB, ${fresh.toFixed(0)} MB just after its start`,
    peer: `Nomad 99 MB + Consul 80 MB (recorded)`,
    ratio: `${(RECORDED.idleMB / everything).toFixed(2)} ×`,
    target: '150 MB',
    met: Math.max(everything, fresh) <= 150,
    figures: { ours: everything, fresh, peer: RECORDED.idleMB },
  };
  yield {
    what: '… its supervisor',
    ours: `${beside.toFixed(0)} MB`,
    target: '35 MB',
    met: beside <= 35,
    figures: { ours: beside },
  };
  const [server, client] = [await place(), await place()];
  const serving = server.start(SERVER);
  await answers(server);
  const serverMB = await settledMB([serving.pid]);
  const joined = client.start(await joining(server));
  await hasNode(server);
  const clientMB = await settledMB([joined.pid]);
  yield { what: '… a server alone', ours: `${serverMB.toFixed(0)} MB`, figures: { ours: serverMB } };
  yield { what: '… a client alone', ours: `${clientMB.toFixed(0)} MB`, figures: { ours: clientMB } };
  await joined.end();
  await serving.end();
  for (const one of [client, server]) one.remove();
}

/** The package as it would be published, and what `npm install` makes of it. */
function* installed() {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-install-'));
  const npm = (...words) =>
    execFileSync('npm', [...words, '--loglevel=error'], { cwd: dir, encoding: 'utf8', stdio: 'pipe' });
  const consul = peerConsul();
  try {
    const [{ filename, size, unpackedSize }] = JSON.parse(npm('pack', packageDir, '--json', '--ignore-scripts'));
    yield {
      what: 'the package',
      ours: `${mb(size)} packed, ${mb(unpackedSize)} unpacked`,
      figures: { size, unpackedSize },
    };
    writeFileSync(join(dir, 'package.json'), '{"private":true}');
    npm('install', join(dir, filename), '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline');
    const ours = sizeOf(join(dir, 'node_modules'));
    const node = statSync(process.execPath).size;
    yield {
      what: 'installed, with all that it depends on',
      ours: `${mb(ours)}, and Node's ${mb(node)}`,
      ...(consul && { peer: `Consul alone ${mb(statSync(consul).size)}` }),
      figures: { ours, node, ...(consul && { peer: statSync(consul).size }) },
    };
  } catch (error) {
    yield {
      what: 'installed, with all that it depends on',
      ours: `npm could not install it: ${error.message.split('\n')[0]}`,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The same agent with ever more jobs in its store. Nothing of them runs. */
async function startsWith(counts) {
  const here = await place();
  const points = [];
  let known = 0;
  for (const count of counts) {
    let agent = here.start(SERVER);
    await answers(here);
    for (; known < count; known += 1)
      await json(`${here.nomad}/v1/jobs`, { method: 'PUT', body: JSON.stringify(emptyJob(known)) });
    await agent.end();
    const times = [];
    for (let run = 0; run < 3; run += 1) {
      const begun = performance.now();
      agent = here.start(SERVER);
      await answers(here);
      times.push(performance.now() - begun);
      await agent.end();
    }
    points.push([count, median(times)]);
  }
  here.remove();
  return points;
}

function emptyJob(number) {
  const task = { Name: 't', Driver: 'raw_exec', Config: { command: '/bin/true' } };
  const group = { Name: 'g', Count: 0, Tasks: [task] };
  return {
    Job: { ID: `job-${number}`, Name: `job-${number}`, Type: 'service', Datacenters: ['dc1'], TaskGroups: [group] },
  };
}

function time(args) {
  const begun = performance.now();
  spawnSync(process.execPath, args, { stdio: 'ignore' });
  return performance.now() - begun;
}

/** Of a folder, all files below it. */
function sizeOf(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .reduce((sum, item) => sum + statSync(join(item.parentPath ?? item.path, item.name)).size, 0);
}

function mb(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
