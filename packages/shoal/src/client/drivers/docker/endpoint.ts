import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';

/** Where the engine is, as Node's HTTP client takes it. */
export type Endpoint = { readonly name: string; readonly tls: boolean; readonly options: RequestOptions };

export type EndpointFiles = { readonly ca: string; readonly cert: string; readonly key: string };

export const DEFAULT_ENDPOINT = 'unix:///var/run/docker.sock';
const USUAL_PORT = 2375;

export function isEndpoint(text: string): boolean {
  if (/^unix:\/\/\/./.test(text)) return true;
  return URL.canParse(text) && ['tcp:', 'http:', 'https:'].includes(new URL(text).protocol);
}

export function endpointProblem(text: string): string {
  return `"${text}" is no address of a Docker engine: write unix:///PATH, tcp://HOST:PORT or https://HOST:PORT`;
}

/** Reads `unix://PATH`, `tcp://HOST:PORT`, `http://…` and `https://…`. Throws an `Error` that says what is wrong with it. */
export function parseEndpoint(text: string, files: EndpointFiles | undefined): Endpoint {
  if (!isEndpoint(text)) throw new Error(endpointProblem(text));
  if (text.startsWith('unix://')) {
    return { name: text, tls: false, options: { socketPath: text.slice('unix://'.length) } };
  }
  const url = new URL(text);
  const tls = files !== undefined || url.protocol === 'https:';
  const secrets = files && { ca: readFileSync(files.ca), cert: readFileSync(files.cert), key: readFileSync(files.key) };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { name: text, tls, options: { host, port: Number(url.port) || USUAL_PORT, ...secrets } };
}
