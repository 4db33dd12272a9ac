import {
  block,
  duration,
  type Fields,
  flag,
  integer,
  map,
  port,
  seconds,
  secondsMap,
  silent,
  text,
  texts,
  within,
} from '../fields.ts';
import { morePorts, recursorStrategy } from './dns.ts';
import { networks } from './networks.ts';
import { commonFields } from './nomad.ts';
import { remoteDatacenter } from './remote-datacenter.ts';
import { readWatch } from './watch.ts';

/** Everything but the edge, which is public. */
const everything = ['bind.http', 'bind.consulHttp', 'bind.dns', 'bind.rpc'] as const;

/**
 * The keys of Shoal's own form: Nomad's, with ports and addresses for every listener, `dns` and `edge`. `bind_addr` (or
 * `bind`) covers all listeners but the edge; each can be set alone in `addresses`.
 */
export const shoalFields: Fields = {
  ...commonFields,
  node_id: text('nodeId'),
  node_meta: map('nodeMeta'),
  bind: text(...everything),
  bind_addr: text(...everything),
  addresses: block({
    http: text('addresses.http'),
    consul_http: text('addresses.consulHttp'),
    dns: text('addresses.dns'),
    rpc: text('addresses.rpc'),
    edge: text('addresses.edge'),
  }),
  advertise: {
    ...block({
      address: text('advertise.address'),
      http: text('advertise.http'),
      rpc: text('advertise.rpc'),
      ...silent('serf'),
    }),
    plain: text('advertise.address'),
  },
  ports: block({
    http: port('ports.http'),
    consul_http: port('ports.consulHttp'),
    dns: port('ports.dns'),
    rpc: port('ports.rpc'),
    edge_http: port('ports.edgeHttp'),
    edge_https: port('ports.edgeHttps'),
    ...silent('serf'),
  }),
  retry_join: texts('join.addresses'),
  remote_datacenter: remoteDatacenter,
  join_token: text('join.token'),
  join_token_file: text('join.tokenFile'),
  dns: block({
    domain: text('dns.domain'),
    alt_domain: texts('dns.altDomains'),
    alt_domains: texts('dns.altDomains'),
    recursors: texts('dns.recursors'),
    recursor_strategy: recursorStrategy,
    fallthrough: flag('dns.fallthrough'),
    ports: morePorts,
    cache_size: within(0, 1_000_000, integer('dns.cacheSize')),
    max_udp_size: within(512, 65_535, integer('dns.maxUdpBytes')),
    rate_limit: within(0, 1_000_000_000, integer('dns.rateLimit')),
    enable_compression: flag('dns.compression'),
    node_ttl: seconds('dns.nodeTtl'),
    service_ttl: secondsMap('dns.serviceTtl'),
    udp_answer_limit: within(0, 1_000_000, integer('dns.udpAnswerLimit')),
    a_record_limit: within(0, 1_000_000, integer('dns.aRecordLimit')),
    enable_truncate: flag('dns.enableTruncate'),
    only_passing: flag('dns.onlyPassing'),
    node_meta_txt: flag('dns.nodeMetaTxt'),
    recursor_timeout: duration('dns.recursorTimeoutMs'),
    soa: block({
      refresh: integer('dns.soa.refresh'),
      retry: integer('dns.soa.retry'),
      expire: integer('dns.soa.expire'),
      min_ttl: integer('dns.soa.minTtl'),
    }),
  }),
  edge: block(
    {
      enabled: flag('edge.enabled'),
      plane: text('edge.plane'),
    },
    { 'edge.enabled': true },
  ),
  http: block({
    response_headers: map('http.responseHeaders'),
    allowed_hosts: texts('http.allowedHosts'),
    agent_version: flag('http.agentVersion'),
    block_endpoints: texts('http.blockEndpoints'),
    allow_write_http_from: networks('http.allowWriteFrom'),
    max_header_bytes: within(0, 1_000_000_000, integer('http.maxHeaderBytes')),
    max_query_time: duration('http.maxQueryTimeMs'),
    default_query_time: duration('http.defaultQueryTimeMs'),
    kv_max_value_size: integer('http.kvMaxValueSize'),
    txn_max_request_size: integer('http.txnMaxRequestSize'),
  }),
  raw_exec: flag('rawExec.enabled'),
  enable_script_checks: flag('scriptChecks'),
  enable_local_script_checks: flag('localScriptChecks'),
  enable_debug: flag('enableDebug'),
  check_output_max_size: integer('checkOutputMaxSize'),
  discard_check_output: flag('discardCheckOutput'),
  session_ttl_min: duration('sessionTtlMinMs'),
  tagged_addresses: map('taggedAddresses'),
  watches: { kind: 'list', to: 'watches', read: readWatch },
  watch: { kind: 'list', to: 'watches', read: readWatch },
};
