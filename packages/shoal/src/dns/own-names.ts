import type { ViewNode } from './view.ts';
import type { ZoneContext } from './zone-context.ts';

export function nodeName(node: ViewNode, context: ZoneContext): string {
  return inDatacenter(node.name, 'node', context);
}

export function inDatacenter(name: string, kind: string, context: ZoneContext): string {
  return `${name}.${kind}.${context.datacenter ?? context.view.datacenter}.${context.settings.domain}`;
}

/** Whether a name that somebody registered fits into DNS (RFC 1035 section 2.3.4). */
export function isEncodable(name: string): boolean {
  return (
    name.length > 0 && name.length <= 253 && name.split('.').every((label) => label.length > 0 && label.length <= 63)
  );
}

export function withoutDot(name: string): string {
  return name.replace(/\.$/, '');
}
