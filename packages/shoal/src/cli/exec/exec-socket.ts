import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { secureOptions, type TlsSettings } from '../connection/node-fetch.ts';
import { CommandError, UnreachableError } from '../errors.ts';

export type ExecConnection = {
  readonly address: string;
  readonly region?: string;
  readonly namespace?: string;
  readonly token?: string;
  readonly tls: TlsSettings;
};

export type ExecWanted = {
  alloc: string;
  task: string;
  /** Or the name of an action. */
  command: readonly string[] | { readonly action: string };
  terminal: boolean;
};

const HANDSHAKE_MS = 30_000;

/** Opens a WebSocket to a command in an allocation; it is paused until somebody listens. Throws what the agent says where it does not. */
export async function openExecSocket(connection: ExecConnection, wanted: ExecWanted): Promise<WebSocket> {
  const { WebSocket } = await import('ws');
  const url = urlOf(connection, wanted);
  const secure = url.protocol === 'wss:' ? await secureOptions(connection.tls) : {};
  const headers = connection.token ? { 'X-Nomad-Token': connection.token } : {};
  const socket = new WebSocket(url, {
    ...secure,
    ...{ headers, perMessageDeflate: false, handshakeTimeout: HANDSHAKE_MS },
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      // What comes with the handshake is not lost on the way to who listens.
      socket.pause();
      resolve(socket);
    });
    socket.once('unexpected-response', (_request, response) => void refusal(response).then(reject, reject));
    socket.once('error', (error) => reject(new UnreachableError(connection.address, error.message, error)));
  });
}

function urlOf({ address, region, namespace }: ExecConnection, { alloc, task, command, terminal }: ExecWanted): URL {
  const url = new URL(`/v1/client/allocation/${alloc}/exec`, address);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const what = 'action' in command ? command : { command: JSON.stringify(command) };
  const query = { task, tty: String(terminal), ...what, region, namespace };
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

async function refusal(response: IncomingMessage): Promise<CommandError> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return new CommandError(text.trim() || `the agent answered with ${response.statusCode}`);
}
