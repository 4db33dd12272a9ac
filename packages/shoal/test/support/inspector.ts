import WebSocket from 'ws';
import { until } from './until.ts';

/** Collects all garbage of a process that was started with `--inspect=127.0.0.1:<port>`. */
export async function collectGarbage(port: number): Promise<void> {
  const [target] = await until('the inspector answers', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
    return (await answer.json()) as { webSocketDebuggerUrl: string }[];
  });
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const done = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
  await done;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close();
  await closed;
}
