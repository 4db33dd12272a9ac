import type { Agent } from 'undici';
import { type Ask, isAnswerTo, withId } from './exchange.ts';

const TYPE = 'application/dns-message';
const MOST_BYTES = 65_535;

export type HttpsRecursor = { readonly ask: Ask; close(): Promise<void> };

/** DNS over HTTPS (RFC 8484), over HTTP/2 where the server has it. `ca`: further authorities, PEM. */
export function httpsRecursor(url: string, ca?: string): HttpsRecursor {
  let agent: Promise<Agent> | undefined;
  return {
    async ask(message, timeoutMs) {
      // Id 0 lets caches on the way know the same question again (section 4.1).
      const question = withId(message, 0);
      try {
        agent ??= connect(ca);
        const { request } = await import('undici');
        const { statusCode, headers, body } = await request(url, {
          dispatcher: await agent,
          method: 'POST',
          headers: { 'content-type': TYPE, accept: TYPE },
          body: question,
          signal: AbortSignal.timeout(timeoutMs),
        });
        const answer = Buffer.from(await body.arrayBuffer());
        if (statusCode !== 200 || headers['content-type'] !== TYPE || answer.length > MOST_BYTES) return undefined;
        return isAnswerTo(question, answer) ? withId(answer, message.readUInt16BE(0)) : undefined;
      } catch {
        // The next server is asked; a server that cannot be reached is not worth a line per question.
        return undefined;
      }
    },
    close: async () => (await agent)?.destroy(),
  };
}

/** Loaded when it is needed: most agents never ask over HTTPS. */
async function connect(ca: string | undefined): Promise<Agent> {
  const { Agent } = await import('undici');
  return new Agent({ allowH2: true, connections: 1, ...(ca !== undefined && { connect: { ca } }) });
}
