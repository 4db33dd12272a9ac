import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Agent, interceptors, request } from 'undici';
import { ArtifactError, messageOf } from '../errors.ts';
import { type Checksum, hasher, mismatch } from './checksum.ts';
import type { ArtifactSettings } from './settings.ts';
import type { ArtifactSource } from './source.ts';

const MOST_REDIRECTS = 10;
/** Not fetch: browsers' rules forbid it some ports, which are as good as others here. */
const following = agent({});
const trusting = agent({ connect: { rejectUnauthorized: false } });

function agent(options: Agent.Options) {
  return new Agent(options).compose(interceptors.redirect({ maxRedirections: MOST_REDIRECTS }));
}

export type Download = {
  source: Pick<ArtifactSource, 'kind' | 'location'>;
  /** Whoever the server says it is. */
  insecure: boolean;
  headers: Record<string, string>;
  checksum: Checksum | undefined;
  /** The file to write; it is overwritten. */
  to: string;
  settings: ArtifactSettings;
  signal: AbortSignal;
};

/** Streams the source into a file, never holding more than a chunk of it, and compares its checksum. */
export async function download(wanted: Download): Promise<void> {
  const { checksum, settings } = wanted;
  const stall = stallWatch(settings.stallTimeoutMs);
  const late = AbortSignal.timeout(settings.readTimeoutMs);
  const signal = AbortSignal.any([wanted.signal, stall.signal, late]);
  const sum = checksum === undefined ? undefined : hasher(checksum);
  const meter = sizeMeter(settings.maxBytes, (chunk) => {
    stall.seen();
    sum?.update(chunk);
  });
  try {
    await pipeline(await open(wanted, signal), meter, createWriteStream(wanted.to), { signal });
  } catch (error) {
    throw readable(error, wanted, { stalled: stall.signal.aborted, late: late.aborted });
  } finally {
    stall.stop();
  }
  const got = sum?.digest('hex');
  if (checksum !== undefined && got !== checksum.hex) throw mismatch(checksum, got ?? '');
}

async function open({ source, insecure, headers }: Download, signal: AbortSignal): Promise<Readable> {
  if (source.kind === 'file') return openFile(source.location);
  // Otherwise an archive that a server sends as "encoded" would be unpacked on its way.
  const dispatcher = insecure ? trusting : following;
  const asked = { headers: { 'accept-encoding': 'identity', ...headers }, signal, dispatcher };
  const { statusCode, statusText, body } = await request(source.location, asked);
  if (statusCode >= 200 && statusCode < 300) return body;
  await body.dump();
  // The server's word on a missing file may change with the next deploy; the restart policy bounds the tries.
  throw new ArtifactError(`${source.location} answered ${statusCode} ${statusText}`.trim(), {
    recoverable: true,
  });
}

async function openFile(path: string): Promise<Readable> {
  if (!(await stat(path)).isFile()) throw new ArtifactError(`${path} is not a file`, { recoverable: false });
  return createReadStream(path);
}

function sizeMeter(maxBytes: number, onChunk: (chunk: Buffer) => void): Transform {
  let total = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length;
      onChunk(chunk);
      const tooLarge = new ArtifactError(`it is larger than the allowed ${maxBytes} bytes`, { recoverable: false });
      done(total > maxBytes ? tooLarge : null, chunk);
    },
  });
}

// A server that accepts and then says nothing must not hold a task for the whole of the read timeout.
function stallWatch(ms: number): { signal: AbortSignal; seen(): void; stop(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  return { signal: controller.signal, seen: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}

function readable(error: unknown, { source, settings }: Download, why: { stalled: boolean; late: boolean }): unknown {
  if (error instanceof ArtifactError) return error;
  if (why.stalled) return lost(`${source.location} sent nothing for ${settings.stallTimeoutMs / 1000} s`, error);
  if (why.late) return lost(`${source.location} took longer than ${settings.readTimeoutMs / 1000} s`, error);
  return lost(`${source.location}: ${causeOf(error)}`, error);
}

// A name with several addresses fails with a reason for each of them.
function causeOf(error: unknown): string {
  return messageOf(error instanceof AggregateError ? error.errors[0] : error);
}

function lost(message: string, cause: unknown): ArtifactError {
  return new ArtifactError(message, { recoverable: true, cause });
}
