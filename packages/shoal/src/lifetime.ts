import { setMaxListeners } from 'node:events';

/**
 * The life of something that much waits for at once: ended by its `abort`. Node takes more than ten listeners of one signal for a leak and warns; here
 * they are what is under way, and each goes when its wait is over.
 */
export function lifetime(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
