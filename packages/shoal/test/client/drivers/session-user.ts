import type { Session } from '../../../src/client/drivers/driver.ts';

/** Reads all that a session says, as its user would. */
export function userOf(session: Session) {
  const seen = { out: '', err: '' };
  session.stdout.on('data', (chunk) => {
    seen.out += String(chunk);
  });
  session.stderr?.on('data', (chunk) => {
    seen.err += String(chunk);
  });
  return seen;
}
