import { type IncomingMessage, request as requestHttp } from 'node:http';

/** A program in a running container, by the Docker Engine's API (https://docs.docker.com/engine/api/, "Exec"). */
export type ExecResult = { readonly exitCode: number; readonly output: string };

const DEFAULT_HOST = 'unix:///var/run/docker.sock';
/** Of a document of the API; a program's output is bounded by `mostOutput`. */
const MOST_JSON = 1024 * 1024;
const FRAME_HEADER = 8;

/** Runs it to its end. `host` is what DOCKER_HOST holds. Rejects with what the engine says, or when the signal fires. */
export async function execInContainer(
  target: { host: string | undefined; container: string; command: readonly string[]; mostOutput: number },
  signal: AbortSignal,
): Promise<ExecResult> {
  const { container, command, mostOutput } = target;
  const ask = (method: string, path: string, body?: unknown) =>
    send(target.host ?? DEFAULT_HOST, method, path, body, signal);
  const created = await ask('POST', `/containers/${encodeURIComponent(container)}/exec`, {
    AttachStdout: true,
    AttachStderr: true,
    Cmd: command,
  });
  const { Id } = (await json(created)) as { Id: string };
  const started = await ask('POST', `/exec/${Id}/start`, { Detach: false, Tty: false });
  if ((started.statusCode ?? 0) >= 300) throw await refusal(started);
  const output = unframed(await bytes(started, mostOutput + MOST_JSON), mostOutput);
  const { ExitCode } = (await json(await ask('GET', `/exec/${Id}/json`))) as { ExitCode: number };
  return { exitCode: ExitCode, output };
}

function send(
  host: string,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { Host: 'docker', ...(text !== '' && { 'Content-Type': 'application/json' }) };
    const sent = requestHttp({ ...place(host), method, path, headers, agent: false, signal }, resolve);
    sent.once('error', reject);
    sent.end(text);
  });
}

function place(host: string) {
  const path = /^unix:\/\/(.+)$/.exec(host)?.[1];
  if (path !== undefined) return { socketPath: path };
  const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'));
  return { hostname, port };
}

async function json(response: IncomingMessage): Promise<unknown> {
  if ((response.statusCode ?? 0) >= 300) throw await refusal(response);
  return JSON.parse((await bytes(response, MOST_JSON)).toString());
}

async function refusal(response: IncomingMessage): Promise<Error> {
  const text = (await bytes(response, MOST_JSON)).toString();
  try {
    return new Error((JSON.parse(text) as { message: string }).message);
  } catch {
    return new Error(`the Docker Engine answered ${response.statusCode}: ${text}`);
  }
}

async function bytes(response: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    if (length < most) chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
  }
  return Buffer.concat(chunks);
}

/** Output comes in frames: stream, three zero bytes, length (32 bits, big end first), content. */
function unframed(frames: Buffer, most: number): string {
  const parts: Buffer[] = [];
  let length = 0;
  for (let at = 0; at + FRAME_HEADER <= frames.length && length <= most; ) {
    const size = frames.readUInt32BE(at + 4);
    const part = frames.subarray(at + FRAME_HEADER, at + FRAME_HEADER + size);
    parts.push(part);
    length += part.length;
    at += FRAME_HEADER + size;
  }
  return Buffer.concat(parts).toString();
}
