/** Why an agent ends. */
export type Ending = 'SIGTERM' | 'SIGINT' | 'leave';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Exit codes of shells for a process that a signal ended. */
const CODES = { SIGTERM: 143, SIGINT: 130 } as const;

/** The first reason to end, whenever it comes. A second signal does not wait for anything. */
export function endings() {
  let ended = false;
  let resolve: (cause: Ending) => void = () => {};
  const promise = new Promise<Ending>((done) => {
    resolve = done;
  });
  const end = (cause: Ending) => {
    if (ended && cause !== 'leave') process.exit(CODES[cause]);
    ended = true;
    resolve(cause);
  };
  const handlers = SIGNALS.map((signal) => [signal, () => end(signal)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return {
    ended: promise,
    end,
    close: () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}
