/** Sends messages in order, a slice of them per turn of the event loop: a long queue holds nothing else up. */
export class Outbox<Message> {
  readonly #send: (message: Message) => void;
  readonly #waiting: Message[] = [];
  #at = 0;
  #scheduled = false;

  constructor(send: (message: Message) => void) {
    this.#send = send;
  }

  /** At once if nothing waits; `large` ones are followed by a pause. */
  post(message: Message, large = false): void {
    if (this.#scheduled) {
      this.#waiting.push(message);
      return;
    }
    this.#send(message);
    if (large) this.#pause();
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#at = 0;
  }

  #pause(): void {
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  /** One large message, and what is small around it. */
  #turn(): void {
    this.#scheduled = false;
    const until = Math.min(this.#at + PER_TURN, this.#waiting.length);
    while (this.#at < until) this.#send(this.#waiting[this.#at++]!);
    if (this.#at < this.#waiting.length) this.#pause();
    else this.clear();
  }
}

const PER_TURN = 4;
