/** What of the user's keys goes to the command, and whether the user wants to leave. */
export type Escape = { pass(keys: Buffer): { keys: Buffer; leave: boolean } };

const LINE_ENDS: readonly number[] = [10, 13];
const DOT = 46;

/**
 * At the beginning of a line the escape character followed by a dot leaves, as in ssh(1); twice it stands for itself. Undefined: nothing does.
 */
export function createEscape(character: string | undefined): Escape {
  const key = character?.charCodeAt(0);
  let atLineStart = true;
  let pending = false;
  return {
    pass(keys) {
      const out: number[] = [];
      for (const byte of keys) {
        if (pending) {
          pending = false;
          if (byte === DOT) return { keys: Buffer.from(out), leave: true };
          if (byte !== key && key !== undefined) out.push(key);
          out.push(byte);
        } else if (atLineStart && byte === key) pending = true;
        else out.push(byte);
        atLineStart = LINE_ENDS.includes(byte);
      }
      return { keys: Buffer.from(out), leave: false };
    },
  };
}
