import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** A lookup blocks one of the few threads that files need, too, for as long as a name server does not answer. */
const AT_ONCE = 2;

/**
 * Addresses of names, as the system resolves them (hosts file, then DNS). The last answer is kept: a name server that is away must not make servers
 * unreachable whose addresses were known a minute ago.
 */
export class Names {
  readonly #known = new Map<string, readonly string[]>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #open = 0;

  /** What is known now; an address stands for itself. */
  addresses(host: string): readonly string[] {
    return isIP(host) === 0 ? (this.#known.get(host) ?? []) : [host];
  }

  /** Asks anew; resolves when that is over, whatever it brought. A question that is open is not asked twice. */
  refresh(host: string): Promise<void> {
    if (isIP(host) !== 0) return Promise.resolve();
    const running = this.#running.get(host) ?? this.#ask(host).finally(() => this.#running.delete(host));
    this.#running.set(host, running);
    return running;
  }

  async #ask(host: string): Promise<void> {
    if (this.#open >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#open += 1;
    try {
      const found = await lookup(host, { all: true });
      if (found.length > 0)
        this.#known.set(
          host,
          found.map(({ address }) => address),
        );
    } catch {
      // What was known stays.
    } finally {
      this.#open -= 1;
      this.#waiting.shift()?.();
    }
  }
}
