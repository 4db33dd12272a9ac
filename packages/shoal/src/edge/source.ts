import type { EdgeService } from './service.ts';

/** Where the edge learns what there is to route to. */
export type CatalogSource = {
  /**
   * Begins to follow. `onServices` gets the whole picture, first when it is complete and then after each change, as soon as it is known. While the
   * catalog cannot be reached nothing is told: what was said last stays true. Never throws; may be called again, which does nothing.
   */
  start(onServices: (services: readonly EdgeService[]) => void): void;
  /** Resolves when nothing is asked any more and `onServices` will not be called again. */
  stop(): Promise<void>;
};
