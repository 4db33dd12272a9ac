import type { DocumentNode, DocumentValue } from '../document.ts';
import {
  block,
  converted,
  duration,
  type Field,
  type Fields,
  flag,
  type IgnoredField,
  ignored,
  integer,
  map,
  type NameOf,
  port,
  seconds,
  secondsMap,
  silent,
  text,
  texts,
  within,
} from '../fields.ts';
import { recursorStrategy } from './dns.ts';
import { networks } from './networks.ts';
import * as why from './reasons.ts';
import { remoteDatacenter } from './remote-datacenter.ts';
import { readWatch } from './watch.ts';

/** A port that nothing listens on is fine when it is turned off. */
const unlessOff = (reason: string): IgnoredField => ({ kind: 'ignored', reason, unless: hasValue(-1, 0) });
/** Consul turns a listener off with -1 or 0. */
const portOrOff = (to: NameOf<number>): Field => ({
  ...port(to),
  convert: (given: number) => (given === 0 ? -1 : given),
});
/** A switch that asks for what is so anyway. */
const unlessFalse = (reason: string): IgnoredField => ({ kind: 'ignored', reason, unless: hasValue(false) });

function hasValue(...wanted: readonly DocumentValue['value'][]): (node: DocumentNode) => boolean {
  return (node) => node.kind === 'value' && wanted.includes(node.value);
}

const one = (to: 'services' | 'checks'): Field => ({ kind: 'list', to, read: (body) => ({ value: body }) });

const dnsConfig: Fields = {
  node_ttl: seconds('dns.nodeTtl'),
  service_ttl: secondsMap('dns.serviceTtl'),
  enable_truncate: flag('dns.enableTruncate'),
  only_passing: flag('dns.onlyPassing'),
  recursor_timeout: duration('dns.recursorTimeoutMs'),
  udp_answer_limit: within(0, 1_000_000, integer('dns.udpAnswerLimit')),
  a_record_limit: within(0, 1_000_000, integer('dns.aRecordLimit')),
  enable_additional_node_meta_txt: flag('dns.nodeMetaTxt'),
  soa: block({
    refresh: integer('dns.soa.refresh'),
    retry: integer('dns.soa.retry'),
    expire: integer('dns.soa.expire'),
    min_ttl: integer('dns.soa.minTtl'),
  }),
  ...ignored(why.OWN_STATE, 'allow_stale max_stale use_cache cache_max_age'),
  recursor_strategy: recursorStrategy,
  disable_compression: converted('flag', 'dns.compression', (off: boolean) => !off),
  ...ignored(why.ENTERPRISE, 'prefer_namespace'),
};

const ports: Fields = {
  dns: portOrOff('ports.dns'),
  http: portOrOff('ports.consulHttp'),
  server: port('ports.rpc'),
  https: unlessOff(why.NO_HTTPS),
  grpc: unlessOff(why.NO_GRPC),
  grpc_tls: unlessOff(why.NO_GRPC),
  serf_lan: unlessOff(why.NO_GOSSIP),
  serf_wan: unlessOff(why.NO_WAN),
  ...ignored(
    why.NO_MESH,
    'sidecar_min_port sidecar_max_port expose_min_port expose_max_port proxy_min_port proxy_max_port',
  ),
};

const tlsFiles: Fields = {
  ca_file: text('tls.caFile'),
  cert_file: text('tls.certFile'),
  key_file: text('tls.keyFile'),
  ...silent('verify_incoming verify_outgoing verify_server_hostname use_auto_cert'),
  ...ignored(why.OWN_TLS, 'ca_path'),
  ...ignored(why.MODERN_TLS, 'tls_min_version tls_cipher_suites'),
};

const telemetry: Fields = {
  prometheus_retention_time: converted('duration', 'telemetry.prometheusRetention', (ms: number) => ms > 0),
  ...silent(
    `disable_hostname metrics_prefix statsite_prefix filter_default prefix_filter enable_host_metrics
     disable_per_tenancy_usage_metrics`,
  ),
  ...ignored(
    why.NO_SINK,
    `circonus_api_token circonus_api_app circonus_api_url circonus_submission_interval circonus_submission_url
     circonus_check_id circonus_check_force_metric_activation circonus_check_instance_id circonus_check_search_tag
     circonus_check_display_name circonus_check_tags circonus_broker_id circonus_broker_select_tag
     dogstatsd_addr dogstatsd_tags statsd_address statsite_address disable_compat_1.9 retry_failed_connection`,
  ),
};

/**
 * The keys of a Consul agent's configuration (Consul's documentation, "Agents: Configuration files"), flat but for a few
 * blocks. `bind_addr` is what agents talk on, `client_addr` the API and DNS.
 */
export const consulFields: Fields = {
  datacenter: text('datacenter'),
  node_name: text('nodeName'),
  node_id: text('nodeId'),
  node_meta: map('nodeMeta'),
  data_dir: text('dataDir'),
  server: flag('server.enabled'),
  bootstrap: converted('flag', 'server.bootstrapExpect', (alone: boolean) => (alone ? 1 : undefined)),
  bootstrap_expect: within(0, 99, integer('server.bootstrapExpect')),
  retry_join: texts('join.addresses'),
  start_join: texts('join.addresses'),
  remote_datacenter: remoteDatacenter,
  ...ignored(why.OWN_RETRIES, 'retry_interval'),
  retry_max: { kind: 'ignored', reason: why.OWN_RETRIES, unless: hasValue(0) },
  bind_addr: text('bind.rpc'),
  client_addr: text('bind.consulHttp', 'bind.dns'),
  addresses: block({
    http: text('addresses.consulHttp'),
    dns: text('addresses.dns'),
    ...ignored(why.NO_HTTPS, 'https'),
    ...ignored(why.NO_GRPC, 'grpc grpc_tls'),
  }),
  advertise_addr: text('advertise.address'),
  advertise_addr_ipv4: text('advertise.address'),
  ports: block(ports),
  domain: text('dns.domain'),
  alt_domain: texts('dns.altDomains'),
  recursor: texts('dns.recursors'),
  recursors: texts('dns.recursors'),
  dns_config: block(dnsConfig),
  log_level: text('log.level'),
  log_json: flag('log.json'),
  log_file: text('log.file'),
  ui: flag('ui'),
  ui_config: block({
    enabled: flag('ui'),
    ...silent('dir content_path hcp_enabled'),
    ...ignored(
      'The web page takes no metrics from other programs.',
      'metrics_provider metrics_provider_files metrics_provider_options_json metrics_proxy dashboard_url_templates',
    ),
  }),
  leave_on_terminate: flag('leaveOnTerminate'),
  skip_leave_on_interrupt: converted('flag', 'leaveOnInterrupt', (skip: boolean) => !skip),
  watches: { kind: 'list', to: 'watches', read: readWatch },
  service: one('services'),
  services: one('services'),
  check: one('checks'),
  checks: one('checks'),
  http_config: block({
    response_headers: map('http.responseHeaders'),
    block_endpoints: texts('http.blockEndpoints'),
    allow_write_http_from: networks('http.allowWriteFrom'),
    max_header_bytes: within(0, 1_000_000_000, integer('http.maxHeaderBytes')),
    ...ignored(why.OWN_STATE, 'use_cache'),
  }),
  http_api_response_headers: map('http.responseHeaders'),
  limits: block({
    kv_max_value_size: integer('http.kvMaxValueSize'),
    txn_max_req_len: integer('http.txnMaxRequestSize'),
    ...ignored(
      why.NO_LIMITS,
      `http_max_conns_per_client https_handshake_timeout rpc_handshake_timeout rpc_max_conns_per_client rpc_rate
       rpc_max_burst request_limits rpc_client_timeout`,
    ),
  }),
  max_query_time: duration('http.maxQueryTimeMs'),
  default_query_time: duration('http.defaultQueryTimeMs'),
  telemetry: block(telemetry),
  acl: unlessFalseBlock(why.NO_ACL),
  connect: unlessFalseBlock(why.NO_MESH),
  acl_enforce_version_8: unlessFalse(why.NO_ACL),
  encrypt_verify_incoming: unlessFalse(why.NO_GOSSIP),
  encrypt_verify_outgoing: unlessFalse(why.NO_GOSSIP),
  enable_script_checks: flag('scriptChecks'),
  enable_local_script_checks: flag('localScriptChecks'),
  enable_debug: flag('enableDebug'),
  check_output_max_size: integer('checkOutputMaxSize'),
  enable_syslog: unlessFalse(why.NO_SYSLOG),
  ...ignored(
    why.NO_ACL,
    `acl_datacenter acl_default_policy acl_down_policy acl_agent_master_token acl_agent_token
     acl_master_token acl_replication_token acl_token acl_ttl acl_enable_key_list_policy enable_acl_replication acl_policy_ttl acl_role_ttl`,
  ),
  ...ignored(why.NO_SYSLOG, 'syslog_facility'),
  ...ignored(why.NO_ROTATION, 'log_rotate_duration log_rotate_bytes log_rotate_max_files'),
  ...ignored(
    why.NO_GOSSIP,
    `encrypt disable_keyring_file gossip_lan serf_lan
     serf_lan_allowed_cidrs serf_lan_bind reconnect_timeout advertise_reconnect_timeout protocol rejoin_after_leave`,
  ),
  ...ignored(
    why.NO_WAN,
    `gossip_wan serf_wan serf_wan_allowed_cidrs serf_wan_bind reconnect_timeout_wan retry_join_wan retry_interval_wan
     retry_max_wan start_join_wan advertise_addr_wan advertise_addr_wan_ipv4 advertise_addr_wan_ipv6
     translate_wan_addrs primary_datacenter primary_gateways primary_gateways_interval`,
  ),
  ...ignored('The advertised address is one; give it in advertise_addr.', 'advertise_addr_ipv6'),
  ca_file: text('tls.caFile'),
  cert_file: text('tls.certFile'),
  key_file: text('tls.keyFile'),
  tls: block({ defaults: block(tlsFiles), internal_rpc: block(tlsFiles), ...silent('https grpc') }),
  ...ignored(why.MODERN_TLS, 'tls_min_version tls_cipher_suites tls_prefer_server_cipher_suites'),
  ...ignored(why.NO_HTTPS, 'verify_incoming_https'),
  ...ignored(why.OWN_TLS, 'ca_path server_name enable_agent_tls_for_checks'),
  auto_encrypt: { kind: 'ignored', reason: why.OWN_TLS, unless: hasOff('tls', 'allow_tls') },
  auto_config: unlessFalseBlock(why.OWN_TLS),
  ...silent('verify_incoming verify_incoming_rpc verify_outgoing verify_server_hostname'),
  ...ignored(
    why.NO_RAFT,
    `raft_boltdb raft_logstore raft_prevote_disabled raft_protocol raft_snapshot_threshold raft_snapshot_interval raft_trailing_logs
     performance autopilot non_voting_server read_replica`,
  ),
  ...ignored(why.NO_MESH, 'config_entries enable_central_service_config peering xds proxy server_rejoin_age_max'),
  ...ignored(
    why.OWN_STATE,
    'cache discovery_max_stale use_streaming_backend rpc check_update_interval check_deregister_interval_min',
  ),
  audit: unlessFalseBlock(why.ENTERPRISE),
  ...ignored(why.ENTERPRISE, 'license_path partition segment segments sentinel reporting experiments cloud'),
  ...ignored(why.NO_SOCKETS, 'unix_sockets'),
  tagged_addresses: map('taggedAddresses'),
  session_ttl_min: duration('sessionTtlMinMs'),
  discard_check_output: flag('discardCheckOutput'),
  auto_reload_config: unlessFalse(why.RELOAD),
  ...ignored(why.NO_LOCALITY, 'locality'),
  ...silent(
    `disable_anonymous_signature disable_update_check disable_remote_exec disable_coordinates disable_host_node_id
     disable_http_unprintable_char_filter pid_file reap ui_dir ui_content_path default_intention_policy`,
  ),
};

/** `acl { enabled = false }` says what is so anyway. */
function unlessFalseBlock(reason: string): IgnoredField {
  return {
    kind: 'ignored',
    reason,
    unless: (node) =>
      node.kind === 'object' && node.entries.some((entry) => entry.name === 'enabled' && hasValue(false)(entry.node)),
  };
}

/** A block in which none of these switches is on. */
function hasOff(...switches: readonly string[]): (node: DocumentNode) => boolean {
  return (node) =>
    node.kind === 'object' &&
    node.entries.every(({ name, node: value }) => !switches.includes(name) || hasValue(false)(value));
}
