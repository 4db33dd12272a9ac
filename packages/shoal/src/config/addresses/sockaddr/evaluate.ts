import { compile } from '@shoal/gotemplate';
import { addressesOf } from '../interface-address.ts';
import type { Machine } from '../resolve-address.ts';
import { sockaddrFunctions } from './functions.ts';

/**
 * The text that an expression of go-sockaddr's functions comes to, `GetPrivateInterfaces | attr "name"`; nothing of this machine is an empty text.
 *
 * @throws TemplateError
 */
export function evaluateSockaddr(expression: string, { interfaces, defaultInterface }: Machine): string {
  const functions = sockaddrFunctions(addressesOf(interfaces, defaultInterface));
  return compile(`{{ ${expression} }}`, { name: 'sockaddr', functions }).render();
}
