// The load generators, and what they say.
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cpuSeconds, cpuSecondsWithWorkers } from './memory.mjs';
import { quantile } from './table.mjs';

const run = promisify(execFile);
const MILLISECONDS = { us: 0.001, ms: 1, s: 1000 };

/** Asks one question over and over by `dnsperf`. Answers per second, and CPU time of the process per answer in µs. */
export async function dnsRate(dnsperf, { dnsPort, pid }, question, { seconds, flags = [] }) {
  const { file, remove } = scratch(`${question}\n`);
  try {
    const before = cpuSeconds(pid);
    const ends = ['-s', '127.0.0.1', '-p', String(dnsPort), '-d', file, '-l', String(seconds), '-c', '8', '-q', '200'];
    const { stdout } = await run(dnsperf, [...ends, ...flags]);
    const answers = Number(/Queries completed:\s+(\d+)/.exec(stdout)[1]);
    return {
      rate: Number(/Queries per second:\s+([\d.]+)/.exec(stdout)[1]),
      cpu: ((cpuSeconds(pid) - before) / answers) * 1e6,
    };
  } finally {
    remove();
  }
}

/** One question after the other for so many seconds: milliseconds until each was answered. `message` is the question's bytes. */
export async function dnsLatencies({ dnsPort }, message, seconds) {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  const taken = [];
  try {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      const begun = performance.now();
      const isAnswered = await new Promise((resolve) => {
        const timer = setTimeout(resolve, 1000, false);
        socket.once('message', () => {
          clearTimeout(timer);
          resolve(true);
        });
        socket.send(message, dnsPort, '127.0.0.1');
      });
      if (isAnswered) taken.push(performance.now() - begun);
      socket.removeAllListeners('message');
    }
  } finally {
    socket.close();
  }
  return { p50: quantile(taken, 0.5), p99: quantile(taken, 0.99) };
}

/** A question as a stub resolver sends it. */
export function question(name, type) {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, type, 0, 1]);
}

/** One URL over and over by `wrk`, 64 connections. Answers per second, p99 in ms, CPU time of the process per answer in µs. */
export async function httpRate(wrk, url, { seconds, pid, script, connections = 64 }) {
  const { file, remove } = scratch(script ?? '');
  try {
    const before = pid === undefined ? 0 : cpuSecondsWithWorkers(pid);
    const flags = [
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--timeout',
      '10s',
      '--latency',
      ...(script ? ['-s', file] : []),
    ];
    const { stdout } = await run(wrk, [...flags, url]);
    if (/Non-2xx|Socket errors: connect [1-9]|read [1-9]|write [1-9]/.test(stdout))
      throw new Error(`${url} failed under load:\n${stdout}`);
    const [, p99, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout);
    return {
      rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]),
      p99: Number(p99) * MILLISECONDS[unit],
      cpu:
        pid === undefined
          ? undefined
          : ((cpuSecondsWithWorkers(pid) - before) / Number(/(\d+) requests in/.exec(stdout)[1])) * 1e6,
    };
  } finally {
    remove();
  }
}

export const PUT_SCRIPT = 'wrk.method = "PUT"\nwrk.body = "value"\n';

function scratch(text) {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-load-'));
  const file = join(dir, 'input');
  writeFileSync(file, text);
  return { file, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
