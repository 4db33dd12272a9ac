import type { Say } from '../driver.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './errors.ts';
import { type ImageName, imageText } from './image-name.ts';
import { jsonLines } from './lines.ts';
import { authHeader, type Credentials } from './registry-auth.ts';

export type Pull = {
  image: ImageName;
  credentials: Credentials | undefined;
  /** For all of it. */
  timeoutMs: number;
  /** Without a word of the engine. */
  activityTimeoutMs: number;
  say: Say;
};

type Progress = {
  id?: string;
  status?: string;
  error?: string;
  errorDetail?: { message?: string; code?: number };
};

const TELL_EVERY_MS = 30_000;

/** Has the engine fetch an image. Throws `EngineError` with the registry's words, or `Error` when it takes too long. */
export async function pullImage(
  engine: Engine,
  { image, credentials, timeoutMs, activityTimeoutMs, say }: Pull,
): Promise<void> {
  const over = new AbortController();
  const late = (reason: string) => over.abort(new Error(reason));
  const whole = setTimeout(() => late(`it took longer than ${timeoutMs / 1000}s (image_pull_timeout)`), timeoutMs);
  const idle = setTimeout(
    () => late(`nothing was heard for ${activityTimeoutMs / 1000}s (pull_activity_timeout)`),
    activityTimeoutMs,
  );
  const layers = new Map<string, boolean>();
  let toldAt = performance.now();
  try {
    const answer = await engine.stream('POST', '/images/create', {
      query: { fromImage: image.repository, tag: image.digest || image.tag },
      ...(credentials && { headers: authHeader(credentials) }),
      signal: over.signal,
    });
    for await (const { id, status, error, errorDetail } of jsonLines<Progress>(answer)) {
      idle.refresh();
      if (error !== undefined) throw new EngineError(errorDetail?.code ?? 500, error);
      if (id !== undefined && status !== undefined) layers.set(id, /complete|already exists/i.test(status));
      if (performance.now() - toldAt < TELL_EVERY_MS) continue;
      toldAt = performance.now();
      const done = [...layers.values()].filter(Boolean).length;
      say(`Docker image pull progress: ${done} of ${layers.size} layers`, { image: imageText(image) });
    }
  } catch (error) {
    if (over.signal.aborted) throw over.signal.reason;
    throw error instanceof EngineError ? new EngineError(statusOf(error), error.reason) : error;
  } finally {
    clearTimeout(whole);
    clearTimeout(idle);
  }
}

/** What a registry does not have, engines report as an error of their own, or in the stream of progress. */
function statusOf({ status, reason }: EngineError): number {
  return /not found|manifest unknown|does not exist/i.test(reason) ? 404 : status;
}
