type Wait = { readonly signal: AbortSignal; clear(): void };

/**
 * One signal for several reasons to give up. Unlike `AbortSignal.any`, nothing of it stays behind at a signal that lives as long as the agent:
 * `clear` must be called when the wait is over.
 */
export function linked(signals: readonly AbortSignal[]): Wait {
  const { controller, clear } = link(signals);
  return { signal: controller.signal, clear };
}

/** The same with a time. */
export function deadline(timeoutMs: number, signals: readonly AbortSignal[]): Wait {
  const { controller, clear } = link(signals);
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      clear();
    },
  };
}

function link(signals: readonly AbortSignal[]): { controller: AbortController; clear(): void } {
  const controller = new AbortController();
  const abort = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener('abort', abort, { once: true });
  }
  return {
    controller,
    clear() {
      for (const signal of signals) signal.removeEventListener('abort', abort);
    },
  };
}

/** Resolves after `ms`, or at once when the signal fires. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
