import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Transport } from './respond.ts';

/** Asks other servers about names that are not ours. */
export type Recursor = {
  /** The first usable answer of the servers in order, with the id of the question; undefined when none gives one in time, or too many wait. Never rejects. */
  ask(message: Buffer, transport: Transport): Promise<Buffer | undefined>;
};

export type RecursorOptions = {
  /** `IP`, `IP:port` or `[IPv6]:port`; the port is 53 otherwise. */
  readonly servers: readonly string[];
  readonly timeoutMs: number;
  /** Questions that may wait at once. */
  readonly mostPending: number;
};

type ServerAddress = { readonly host: string; readonly port: number };

export function createRecursor(options: RecursorOptions): Recursor {
  const servers = options.servers.map(serverAddress);
  let pending = 0;
  return { ask };

  async function ask(message: Buffer, transport: Transport): Promise<Buffer | undefined> {
    if (pending >= options.mostPending) return undefined;
    pending += 1;
    try {
      for (const server of servers) {
        const answer = await (transport === 'udp' ? askUdp : askTcp)(message, server, options.timeoutMs);
        if (answer) return answer;
      }
      return undefined;
    } finally {
      pending -= 1;
    }
  }
}

export function serverAddress(text: string): ServerAddress {
  if (isIPv6(text)) return { host: text, port: 53 };
  const [, host = text, port = '53'] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(text) ?? [];
  return { host, port: Number(port) };
}

/** A socket of its own for each question, so that its port cannot be guessed, and an id of our own for the same reason. */
function askUdp(message: Buffer, server: ServerAddress, timeoutMs: number): Promise<Buffer | undefined> {
  const question = withId(message, randomInt(0x10000));
  const socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    let isDone = false;
    socket.on('error', () => finish(undefined));
    socket.on('message', (answer) => {
      if (isAnswerTo(question, answer)) finish(withId(answer, message.readUInt16BE(0)));
    });
    socket.connect(server.port, server.host, () => {
      if (!isDone) socket.send(question, (error) => error && finish(undefined));
    });

    function finish(answer: Buffer | undefined): void {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    }
  });
}

function askTcp(message: Buffer, server: ServerAddress, timeoutMs: number): Promise<Buffer | undefined> {
  const question = withId(message, randomInt(0x10000));
  const socket = connect(server);
  let received: Buffer = Buffer.alloc(0);
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    socket.on('error', () => finish(undefined));
    socket.on('close', () => finish(undefined));
    socket.on('connect', () => {
      const length = Buffer.allocUnsafe(2);
      length.writeUInt16BE(question.length);
      socket.write(Buffer.concat([length, question]));
    });
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const answer = received.subarray(2, 2 + received.readUInt16BE(0));
      finish(isAnswerTo(question, answer) ? withId(answer, message.readUInt16BE(0)) : undefined);
    });

    function finish(answer: Buffer | undefined): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    }
  });
}

/** An answer carries our id, the QR flag, and the question as it was asked: the rest is noise or somebody guessing. */
function isAnswerTo(question: Buffer, answer: Buffer): boolean {
  if (answer.length < 12 || answer.readUInt16BE(0) !== question.readUInt16BE(0) || ((answer[2] ?? 0) & 0x80) === 0)
    return false;
  const end = questionEnd(question);
  return answer.length >= end && lower(answer.subarray(12, end)) === lower(question.subarray(12, end));
}

/** The question has been parsed before it came here: its labels are sound. */
function questionEnd(message: Buffer): number {
  let at = 12;
  while (message[at]) at += (message[at] ?? 0) + 1;
  return at + 5;
}

function lower(bytes: Buffer): string {
  return bytes.toString('latin1').toLowerCase();
}

function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(id, 0);
  return copy;
}
