import { fabio } from './fabio.ts';
import { shoal } from './shoal.ts';
import type { TagDialect, TagRoute } from './tag-route.ts';
import { traefik } from './traefik.ts';

/** Every way of writing routes that is understood. An instance may use several; each gives its own routes. */
const dialects: readonly TagDialect[] = [shoal, fabio, traefik];

export function isRoutingTag(tag: string): boolean {
  return dialects.some((dialect) => dialect.isRouting(tag));
}

export function tagRoutes(tags: readonly string[]): TagRoute[] {
  return dialects.flatMap((dialect) => dialect.routes(tags));
}

/** In no order, each once. */
export function tagTcpPorts(tags: readonly string[]): number[] {
  return [...new Set(dialects.flatMap((dialect) => dialect.tcpPorts?.(tags) ?? []))];
}
