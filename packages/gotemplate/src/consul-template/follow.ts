import type { ConsulTemplate, Evaluated } from './consul-template.ts';
import { type Dependency, nameOf } from './dependency.ts';
import type { WatchedData } from './watched-data.ts';

/** A template that is rendered again whenever its data changes. */
export type Following = {
  stop(): void;
};

export type FollowInput = {
  readonly template: ConsulTemplate;
  readonly data: WatchedData;
  /**
   * How long changes have to have settled before it is rendered: `minMs` after the last one, `maxMs` after the first at the latest.
   * Default: at once.
   */
  readonly quiet?: { readonly minMs: number; readonly maxMs: number };
  /** A text that differs from the last. */
  readonly rendered: (text: string) => void;
  /** What it waits for, with the reason where one is known; called when that changes. */
  readonly waiting: (missing: readonly Missing[]) => void;
  /** It cannot be evaluated with what is known now. It is tried again when something changes. */
  readonly failed: (error: unknown) => void;
};

export type Missing = { readonly name: string; readonly failure: unknown };

export function followTemplate({ template, data, quiet, ...told }: FollowInput): Following {
  let last: string | undefined;
  let lastMissing = '';
  let timer: NodeJS.Timeout | undefined;
  let firstChange: number | undefined;
  let stopped = false;
  const subscription = data.subscribe(evaluate);

  function evaluate(): void {
    if (stopped) return;
    const result = attempt();
    if (result === undefined) return;
    subscription.want(result.used);
    if (result.missing.length > 0) {
      wait(result.missing);
      return;
    }
    lastMissing = '';
    if (result.text !== last) hand(result.text);
    else settle();
  }

  function attempt(): Evaluated | undefined {
    try {
      return template.evaluate(subscription.known);
    } catch (error) {
      settle();
      told.failed(error);
      return undefined;
    }
  }

  function wait(dependencies: readonly Dependency[]): void {
    settle();
    const missing = dependencies.map(nameOf).map((name) => ({ name, failure: subscription.failure(name) }));
    const summary = missing.map(({ name, failure }) => `${name} ${String(failure)}`).join('\n');
    if (summary === lastMissing) return;
    lastMissing = summary;
    told.waiting(missing);
  }

  /** At once, or when the data has been quiet for a while. */
  function hand(text: string): void {
    clearTimeout(timer);
    const deliver = () => {
      settle();
      last = text;
      told.rendered(text);
    };
    if (quiet === undefined || quiet.minMs <= 0) {
      deliver();
      return;
    }
    firstChange ??= performance.now();
    const left = firstChange + Math.max(quiet.minMs, quiet.maxMs) - performance.now();
    timer = setTimeout(deliver, Math.max(0, Math.min(quiet.minMs, left)));
  }

  function settle(): void {
    clearTimeout(timer);
    firstChange = undefined;
  }

  // Not from within the call: whoever follows has to have what it is given back first.
  queueMicrotask(evaluate);
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      subscription.close();
    },
  };
}
