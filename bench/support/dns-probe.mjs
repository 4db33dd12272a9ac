// A process of its own that asks a question so many times a second, and tells its parent how long answers took. Arguments: port, name, rate.
import { createSocket } from 'node:dgram';

const [port, name, perSecond] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4])];
const EVERY_MS = 5;
const LOST_MS = 2_000;
const SRV = 33;

const socket = createSocket('udp4');
/** When each was asked, by id. */
const asked = new Map();
let times = [];
let lost = 0;
let id = 0;
let due = 0;
let before = performance.now();

const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
const question = Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, SRV, 0, 1]);

socket.on('message', (answer) => {
  const at = asked.get(answer.readUInt16BE(0));
  if (at === undefined) return;
  asked.delete(answer.readUInt16BE(0));
  times.push(performance.now() - at);
});
socket.bind(0, '127.0.0.1', () => setInterval(ask, EVERY_MS));

function ask() {
  const now = performance.now();
  due += ((now - before) / 1000) * perSecond;
  before = now;
  for (; due >= 1; due -= 1) {
    id = (id + 1) % 65_536;
    const packet = Buffer.from(question);
    packet.writeUInt16BE(id, 0);
    asked.set(id, performance.now());
    socket.send(packet, port, '127.0.0.1');
  }
  for (const [one, at] of asked) {
    if (now - at < LOST_MS) break;
    asked.delete(one);
    lost += 1;
  }
}

process.on('message', (message) => {
  if (message === 'forget') [times, lost] = [[], 0];
  else if (message === 'tell') process.send({ dns: summary() });
});
process.on('disconnect', () => process.exit());

function summary() {
  const sorted = times.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { answers: sorted.length, lost, p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}
