// Checks who imports whom: the rooms of packages/shoal/src and the packages, by the table below. Part of `npm run lint`.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'packages/shoal/src');

/** Files directly in src (`log.ts`, …) are small words that every room may use. */
const ROOMS = {
  agent: ['*'],
  catalog: ['state', 'store', 'client/registrar.ts', 'dns/view.ts', 'dns/address.ts'],
  cli: [
    'config',
    'agent',
    'jobspec',
    'watch',
    'dns',
    'catalog/snapshot/format.ts',
    'client/templates/consul-source.ts',
    'client/templates/file-source.ts',
    'rpc/tls/authority.ts',
  ],
  client: ['lmdb'],
  config: [
    'dns/settings.ts',
    'dns/recursors/server-address.ts',
    'federation/settings.ts',
    'client/artifacts/settings.ts',
    'client/client-options.ts',
    'client/drivers/docker/settings.ts',
    'client/drivers/exec/settings.ts',
    'client/drivers/raw-exec-settings.ts',
    'client/network/settings.ts',
  ],
  dns: [],
  edge: [],
  federation: ['state', 'catalog', 'dns/view.ts'],
  http: ['state', 'store', 'catalog', 'federation', 'server', 'jobspec', 'rpc'],
  jobspec: [],
  lmdb: [],
  rpc: ['client/backoff.ts', 'client/server-connection.ts'],
  scheduler: ['jobspec/tasks-updated.ts', 'state/alloc-view.ts', 'state/tables.ts', 'types'],
  server: ['scheduler', 'state', 'store', 'jobspec', 'rpc', 'client/server-connection.ts'],
  state: ['store'],
  store: ['lmdb'],
  watch: [],
};
const PACKAGES = {
  hcl: ['re2js'],
  gotemplate: ['fastest-levenshtein', 're2js', 'yaml'],
  api: [],
};
const ROOM_PACKAGES = {
  agent: ['api'],
  catalog: ['api'],
  cli: ['api', 'gotemplate', 'hcl'],
  client: ['api', 'gotemplate', 'hcl'],
  config: ['hcl', 'gotemplate'],
  dns: [],
  edge: ['api'],
  federation: ['api'],
  http: ['api', 'hcl'],
  jobspec: ['api', 'hcl'],
  lmdb: [],
  rpc: ['api'],
  scheduler: ['api'],
  server: ['api'],
  state: ['api'],
  store: [],
  watch: ['api'],
};

const complaints = [];
for (const file of sources(src)) checkRoom(file);
for (const name of Object.keys(PACKAGES))
  for (const file of sources(join(root, 'packages', name, 'src'))) checkPackage(name, file);
for (const complaint of complaints) console.error(complaint);
process.exit(complaints.length === 0 ? 0 : 1);

function checkRoom(file) {
  const from = relative(src, file);
  if (!from.includes('/')) return;
  const room = from.split('/')[0];
  const allowed = ROOMS[room];
  if (!allowed) return complaints.push(`${from}: room "${room}" is not in the table of scripts/boundaries.mjs`);
  for (const { specifier, typeOnly } of imports(file)) {
    if (specifier.startsWith('@shoal/')) checkPackageUse(from, room, specifier);
    if (!specifier.startsWith('.')) continue;
    const target = relative(src, resolve(dirname(file), specifier));
    const targetRoom = target.split('/')[0];
    if (!target.includes('/') || targetRoom === room || allowed.includes('*')) continue;
    if (allowed.includes(targetRoom) || allowed.includes(target) || (typeOnly && allowed.includes('types'))) continue;
    complaints.push(`${from}: ${room} may not import ${target}${typeOnly ? ' (not even its types)' : ''}`);
  }
  return undefined;
}

function checkPackageUse(from, room, specifier) {
  const [, name, ...deep] = specifier.split('/');
  if (deep.length > 0) complaints.push(`${from}: import @shoal/${name} by its entry, not ${specifier}`);
  if (!ROOM_PACKAGES[room].includes(name)) complaints.push(`${from}: ${room} may not import @shoal/${name}`);
}

function checkPackage(name, file) {
  for (const { specifier } of imports(file)) {
    const inside =
      specifier.startsWith('.') &&
      !relative(join(root, 'packages', name), resolve(dirname(file), specifier)).startsWith('..');
    if (inside || specifier.startsWith('node:') || PACKAGES[name].includes(specifier)) continue;
    complaints.push(`packages/${name}: ${relative(root, file)} imports ${specifier}; the package stands alone`);
  }
}

function imports(file) {
  const text = readFileSync(file, 'utf8');
  const found = [];
  for (const match of text.matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s+)?'([^']+)'/gm))
    found.push({ typeOnly: Boolean(match[1]), specifier: match[2] });
  for (const match of text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g))
    found.push({ typeOnly: false, specifier: match[1] });
  return found;
}

function sources(dir) {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((item) => item.isFile() && item.name.endsWith('.ts'))
    .map((item) => join(item.parentPath ?? item.path, item.name));
}
