import type { Endpoint, Handler } from './api.ts';

/** The same endpoints, each of whose handlers is what `wrap` makes of it: for what holds of all requests alike. */
export function eachHandler(endpoints: readonly Endpoint[], wrap: (handler: Handler) => Handler): Endpoint[] {
  return endpoints.map((endpoint) => ({
    ...endpoint,
    methods: Object.fromEntries(Object.entries(endpoint.methods).map(([method, handler]) => [method, wrap(handler)])),
  }));
}
