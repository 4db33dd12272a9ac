import { MAX_OUTPUT } from '../registry/definitions.ts';

/** Cut to the size that is kept, saying so; of none nothing is said. */
export function capturedOutput(text: string, most = MAX_OUTPUT): string {
  if (most === 0) return '';
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  return `${wholeCharacters(bytes.subarray(0, most))} ... (captured ${most} of ${bytes.length} bytes)`;
}

/** Text without the half character that a cut may leave at the end. */
export function wholeCharacters(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\uFFFD+$/u, '');
}

/** A connection's failure in the words that Consul's users know from Go. */
export function dialFailure(error: unknown, target: string): string {
  const { code, message = String(error) } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${target}: connect: connection refused`;
    case 'ETIMEDOUT':
      return `dial tcp ${target}: i/o timeout`;
    case 'EHOSTUNREACH':
      return `dial tcp ${target}: connect: no route to host`;
    case 'ENETUNREACH':
      return `dial tcp ${target}: connect: network is unreachable`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${target.replace(/:\d+$/, '')}: no such host`;
    case 'ECONNRESET':
      return message === 'socket hang up' ? 'EOF' : 'read: connection reset by peer';
    default:
      return message;
  }
}
