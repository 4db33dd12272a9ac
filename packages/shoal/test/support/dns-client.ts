import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Ask, questionBytes, type ShownAnswer, shownAnswer } from './dns-message.ts';

/** Asks a DNS server on this machine, as `dig +noedns +tries=1` (`+tcp`) does. */
export async function askDns(port: number, ask: Ask, by: 'udp' | 'tcp' = 'udp'): Promise<ShownAnswer> {
  return shownAnswer(await EXCHANGES[by](port, questionBytes(ask), AbortSignal.timeout(5_000)));
}

type Exchange = (port: number, question: Buffer, signal: AbortSignal) => Promise<Buffer>;

const EXCHANGES: Record<'udp' | 'tcp', Exchange> = {
  async udp(port, question, signal) {
    const socket = createSocket('udp4');
    try {
      socket.send(question, port, '127.0.0.1');
      const [message] = (await once(socket, 'message', { signal })) as [Buffer];
      return message;
    } finally {
      socket.close();
    }
  },
  /** Each message is led by its length (RFC 1035, section 4.2.2). */
  async tcp(port, question, signal) {
    const socket = connect({ port, host: '127.0.0.1', signal });
    try {
      socket.write(Buffer.concat([twoBytes(question.length), question]));
      let got = Buffer.alloc(0);
      for await (const part of socket) {
        got = Buffer.concat([got, part as Buffer]);
        if (got.length >= 2 && got.length >= 2 + got.readUInt16BE()) return got.subarray(2, 2 + got.readUInt16BE());
      }
      throw new Error('the server closed the connection without an answer');
    } finally {
      socket.destroy();
    }
  },
};

function twoBytes(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}
