/** One page of a list, and how the next one is asked for; undefined after the last. */
export class Page {
  readonly items: readonly unknown[];
  readonly nextToken: string | undefined;
  constructor(items: readonly unknown[], nextToken: string | undefined) {
    this.items = items;
    this.nextToken = nextToken;
  }
}
