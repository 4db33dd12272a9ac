/** What resolv.conf(5) says, as far as it is used here. */
export type ResolvConf = {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
};

export function readResolvConf(text: string): ResolvConf {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const valuesOf = (key: string) => lines.filter(([word]) => word === key).map(([, ...values]) => values);
  // Of "search" the last line counts; "domain" is a search of one.
  const searches = lines.filter(([word]) => word === 'search' || word === 'domain').at(-1) ?? [];
  return {
    servers: valuesOf('nameserver').flatMap(([server]) => (server ? [server] : [])),
    searches: searches.slice(1),
    options: valuesOf('options').flat(),
  };
}

export function resolvConfText({ servers, searches, options }: ResolvConf): string {
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}
