import type { ServerResponse } from 'node:http';

/** What the edge itself says to clients. */
const PAGES = {
  400: { title: 'Bad request', text: 'The request could not be read.' },
  404: { title: 'Not found', text: 'No service is published at this address.' },
  502: { title: 'Bad gateway', text: 'The service could not be reached.' },
  503: {
    title: 'Service unavailable',
    text: 'No instance of this service is healthy at the moment. Try again shortly.',
  },
  504: { title: 'Gateway timeout', text: 'The service did not answer in time.' },
} as const;

export type PageStatus = keyof typeof PAGES;

/** A page that names nothing of the inside. HTML for browsers, one line of text for everybody else. */
export function pageOf(
  status: PageStatus,
  accept: string | undefined,
): { body: string; headers: Record<string, string> } {
  const { title, text } = PAGES[status];
  const isHtml = accept?.includes('text/html') ?? false;
  const body = isHtml ? htmlPage(status, title, text) : `${status} ${title}: ${text}\n`;
  const headers: Record<string, string> = {
    'Content-Type': `${isHtml ? 'text/html' : 'text/plain'}; charset=utf-8`,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
  };
  if (status === 503) headers['Retry-After'] = '1';
  return { body, headers };
}

/** Answers with a page; an answer that has begun already can only be cut. */
export function sendPage(response: ServerResponse, status: PageStatus, accept: string | undefined): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { body, headers } = pageOf(status, accept);
  response.writeHead(status, headers).end(body);
}

function htmlPage(status: number, title: string, text: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${status} ${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:20vh auto;padding:0 1em;color:#333}</style></head>
<body><h1>${status} ${title}</h1><p>${text}</p></body></html>
`;
}
