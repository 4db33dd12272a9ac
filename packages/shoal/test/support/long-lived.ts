import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** How one stream or tunnel went. */
export type Life = {
  readonly instance: string;
  readonly messages: number;
  /** Whether the instance ended it in order. */
  readonly isWhole: boolean;
  readonly how: string;
  /** Milliseconds of `performance.now()`. */
  readonly endedAt: number;
};

/** Something long that is opened anew whenever the instance ends it. */
export type LongLived = {
  /** Those that are over. */
  readonly lives: readonly Life[];
  /** The instance at the other end now, if there is one. */
  instance(): string | undefined;
  /** Messages so far, over all lives. */
  messages(): number;
  stop(): Promise<readonly Life[]>;
};

type Open = { instance: string; messages: number; end: () => void };
type Opened = { readonly open: Open; readonly over: Promise<Omit<Life, 'instance' | 'messages' | 'endedAt'>> };

const TICK_MS = 50;
const SOON_MS = 20;
const GOING_AWAY = 1001;

/** `GET /stream`: whole when the numbers have no gap and its last line is there. */
export function longStream(url: string): LongLived {
  return again(() => {
    const open: Open = { instance: '', messages: 0, end: () => outgoing.destroy() };
    let text = '';
    const outgoing = get(`${url}/stream`, { agent: false });
    const over = new Promise<{ isWhole: boolean; how: string }>((resolve) => {
      outgoing.on('error', (error) => resolve({ isWhole: false, how: error.message }));
      outgoing.on('response', (answer) => {
        open.instance = String(answer.headers['x-instance'] ?? '');
        answer.on('data', (data) => {
          text += String(data);
          open.messages += 1;
        });
        answer.on('error', (error) => resolve({ isWhole: false, how: error.message }));
        answer.on('end', () => {
          const lines = text.trim().split('\n');
          const isWhole = lines.at(-1) === 'end' && lines.slice(0, -1).every((line, at) => line === String(at));
          resolve({ isWhole, how: isWhole ? 'ended' : `${answer.statusCode} ${text.slice(-40)}` });
        });
      });
    });
    return { open, over };
  });
}

/** A WebSocket on which every message comes back: whole when all did, from one instance, and it was closed in words. */
export function longSocket(url: string): LongLived {
  return again(() => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`);
    const open: Open = { instance: '', messages: 0, end: () => socket.terminate() };
    let sent = 0;
    const over = new Promise<{ isWhole: boolean; how: string }>((resolve) => {
      let wrong = '';
      const timer = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send(String(sent++)), TICK_MS);
      socket.on('message', (data) => {
        if (open.instance === '') open.instance = String(data);
        else if (String(data) !== String(open.messages++)) wrong = `out of order: ${String(data)}`;
      });
      socket.on('error', (error) => (wrong ||= error.message));
      socket.on('close', (code) => {
        clearInterval(timer);
        resolve({ isWhole: code === GOING_AWAY && wrong === '', how: wrong || `closed with ${code}` });
      });
    });
    return { open, over };
  });
}

function again(openOne: () => Opened): LongLived {
  const lives: Life[] = [];
  let now: Open | undefined;
  let isStopped = false;
  const running = (async () => {
    while (!isStopped) {
      const { open, over } = openOne();
      now = open;
      const { isWhole, how } = await over;
      now = undefined;
      if (isStopped) return;
      lives.push({ instance: open.instance, messages: open.messages, isWhole, how, endedAt: performance.now() });
      await delay(SOON_MS);
    }
  })();
  return {
    lives,
    instance: () => now?.instance || undefined,
    messages: () => lives.reduce((sum, life) => sum + life.messages, now?.messages ?? 0),
    async stop() {
      isStopped = true;
      now?.end();
      await running;
      return lives;
    },
  };
}
