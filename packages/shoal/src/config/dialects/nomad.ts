import { isNetwork } from '../addresses/interface-address.ts';
import type { HostNetwork, HostVolume, PluginConfig } from '../agent-config.ts';
import type { DocumentNode } from '../document.ts';
import {
  block,
  duration,
  type Fields,
  flag,
  free,
  type IgnoredField,
  ignored,
  integer,
  map,
  number,
  port,
  silent,
  text,
  texts,
  within,
} from '../fields.ts';
import { artifactLimits } from './artifact.ts';
import * as why from './reasons.ts';

const serverJoin: Fields = {
  retry_join: texts('join.addresses'),
  start_join: texts('join.addresses'),
  retry_interval: duration('join.retryIntervalMs'),
  retry_max: integer('join.retryMax'),
};

export const serverFields: Fields = {
  enabled: flag('server.enabled'),
  bootstrap_expect: within(0, 99, integer('server.bootstrapExpect')),
  heartbeat_grace: duration('server.heartbeatGraceMs'),
  min_heartbeat_ttl: duration('server.minHeartbeatTtlMs'),
  max_heartbeats_per_second: number('server.maxHeartbeatsPerSecond'),
  node_gc_threshold: duration('server.nodeGcThresholdMs'),
  job_gc_threshold: duration('server.jobGcThresholdMs'),
  job_gc_interval: duration('server.jobGcIntervalMs'),
  eval_gc_threshold: duration('server.evalGcThresholdMs'),
  deployment_gc_threshold: duration('server.deploymentGcThresholdMs'),
  default_scheduler_config: free('server.schedulerConfig'),
  server_join: block(serverJoin),
  ...serverJoin,
  ...ignored(
    why.NO_RAFT,
    `raft_protocol raft_multiplier raft_boltdb raft_snapshot_threshold raft_snapshot_interval raft_trailing_logs
     raft_logstore protocol_version data_dir`,
  ),
  ...ignored(why.NO_GOSSIP, 'encrypt rejoin_after_leave'),
  ...ignored(why.ENTERPRISE, 'license_path non_voting_server redundancy_zone upgrade_version'),
  ...ignored(why.NO_ACL, 'authoritative_region acl_token_gc_threshold client_introduction'),
  ...ignored(why.NO_CSI, 'csi_volume_claim_gc_interval csi_volume_claim_gc_threshold csi_plugin_gc_threshold'),
  ...ignored(why.NO_KEYRING, 'root_key_gc_interval root_key_gc_threshold root_key_rotation_threshold oidc_issuer'),
  enable_event_broker: unless(true, 'The event stream is always there: it costs nothing while nobody listens.'),
  ...ignored('One scheduler serves all kinds of jobs.', 'num_schedulers enabled_schedulers'),
  ...ignored('Plans are made from the state that they are applied to: none is rejected.', 'plan_rejection_tracker'),
  ...ignored(
    why.NOT_YET,
    `failover_heartbeat_ttl batch_eval_gc_threshold search event_buffer_size
     job_default_priority job_max_priority job_max_source_size job_tracked_versions start_timeout
     deployment_query_rate_limit job_max_count`,
  ),
};

const hostVolume: Fields = {
  path: text(),
  read_only: flag(),
};
const hostNetwork: Fields = { cidr: text(), interface: text(), reserved_ports: text() };

export const clientFields: Fields = {
  enabled: flag('client.enabled'),
  node_class: text('client.nodeClass'),
  node_pool: text('client.nodePool'),
  meta: map('client.meta'),
  options: map('client.options'),
  chroot_env: map('client.chrootEnv'),
  servers: texts('client.servers'),
  server_join: block(serverJoin),
  network_interface: text('client.networkInterface'),
  cpu_total_compute: integer('client.cpuTotalCompute'),
  memory_total_mb: integer('client.memoryTotalMb'),
  reserved: block({
    cpu: integer('client.reserved.cpuMhz'),
    memory: integer('client.reserved.memoryMb'),
    disk: integer('client.reserved.diskMb'),
    reserved_ports: text('client.reserved.ports'),
    ...ignored(why.NOT_YET, 'cores'),
    ...silent('iops'),
  }),
  max_kill_timeout: duration('client.maxKillTimeoutMs'),
  min_dynamic_port: within(1, 65_535, integer('client.minDynamicPort')),
  max_dynamic_port: within(1, 65_535, integer('client.maxDynamicPort')),
  alloc_dir: text('client.allocDir'),
  state_dir: text('client.stateDir'),
  host_volume: { kind: 'labelled', to: 'client.hostVolumes', fields: hostVolume, read: readHostVolume },
  host_network: {
    kind: 'labelled',
    to: 'client.hostNetworks',
    fields: hostNetwork,
    listed: true,
    read: readHostNetwork,
  },
  cni_path: text('client.network.cniPath'),
  cni_config_dir: text('client.network.cniConfigDir'),
  bridge_network_name: text('client.network.bridgeName'),
  bridge_network_subnet: text('client.network.bridgeSubnet'),
  bridge_network_subnet_ipv6: text('client.network.bridgeSubnetIpv6'),
  bridge_network_hairpin_mode: flag('client.network.hairpin'),
  bind_wildcard_default_host_network: flag('client.network.bindWildcard'),
  gc_interval: duration('client.gcIntervalMs'),
  gc_max_allocs: integer('client.gcMaxAllocs'),
  gc_disk_usage_threshold: number('client.gcDiskUsageThreshold'),
  disable_remote_exec: flag('client.disableRemoteExec'),
  artifact: artifactLimits,
  template: block({
    function_denylist: texts('client.templateFunctionDenylist'),
    function_blacklist: texts('client.templateFunctionDenylist'),
    disable_file_sandbox: flag('client.templateDisableFileSandbox'),
    ...ignored(why.NOT_YET, 'max_stale block_query_wait wait wait_bounds consul_retry vault_retry nomad_retry'),
    ...ignored(why.OWN_CONSUL, 'use_client_consul_token'),
  }),
  ...ignored(
    why.NOT_YET,
    `cpu_disable_dmidecode memory_max_mb disk_total_mb disk_free_mb gc_inode_usage_threshold
     gc_parallel_destroys gc_volumes_on_node_gc users drain_on_shutdown reservable_cores
     host_volumes_dir host_volume_plugin_dir common_plugin_dir log_monitor fingerprint preferred_address_family
     node_max_allocs intro_token nomad_service_discovery default_ineligible`,
  ),
  ...ignored('Control groups are found by themselves.', 'cgroup_parent'),
  ...ignored('Port ranges of executors are not needed.', 'client_min_port client_max_port'),
  ...silent('no_host_uuid network_speed stats alloc_mounts_dir'),
};

/** The address of Consul in `consul { }`, which for Shoal is the agent itself. */
const LOCAL = /^(?:https?:\/\/)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?\/?$/;
const consulAddress: IgnoredField = {
  kind: 'ignored',
  reason: why.OWN_CONSUL,
  unless: (node: DocumentNode) => node.kind === 'value' && LOCAL.test(String(node.value)),
};

/** Nomad's general keys, which Shoal's own form shares. */
export const commonFields: Fields = {
  region: text('region'),
  datacenter: text('datacenter'),
  name: text('nodeName'),
  data_dir: text('dataDir'),
  server: block(serverFields),
  client: block(clientFields),
  plugin: {
    kind: 'labelled',
    to: 'plugins',
    fields: { args: texts(), config: free() },
    elsewhere: 'settings of a plug-in are in its config block: plugin "NAME" { config { … } }',
    read: readPlugin,
  },
  log_level: text('log.level'),
  log_json: flag('log.json'),
  log_file: text('log.file'),
  leave_on_terminate: flag('leaveOnTerminate'),
  leave_on_interrupt: flag('leaveOnInterrupt'),
  http_api_response_headers: map('http.responseHeaders'),
  consul: block({
    address: consulAddress,
    ...silent(
      `server_service_name client_service_name auto_advertise server_auto_join client_auto_join name tags
       checks_use_advertise server_http_check_name server_serf_check_name server_rpc_check_name
       client_http_check_name server_failures_before_critical server_failures_before_warning
       client_failures_before_critical client_failures_before_warning timeout share_ssl allow_unauthenticated`,
    ),
    ...ignored(
      why.OWN_CONSUL,
      `grpc_address grpc_ca_file auth ssl verify_ssl ca_file cert_file key_file token namespace service_identity
       task_identity service_auth_method task_auth_method cluster`,
    ),
  }),
  telemetry: block({
    prometheus_metrics: flag('telemetry.prometheusMetrics'),
    publish_allocation_metrics: flag('telemetry.publishAllocationMetrics'),
    publish_node_metrics: flag('telemetry.publishNodeMetrics'),
    collection_interval: duration('telemetry.collectionIntervalMs'),
    ...silent(
      `disable_hostname use_node_name filter_default prefix_filter disable_dispatched_job_summary_metrics
       disable_tagged_metrics backwards_compatible_metrics in_memory_collection_interval in_memory_retention_period
       include_alloc_metadata_in_metrics allowed_metadata_keys_in_metrics disable_allocation_hook_metrics
       disable_quota_utilization_metrics disable_rpc_rate_metrics_labels`,
    ),
    ...ignored(
      why.NO_SINK,
      `statsite_address statsd_address datadog_address datadog_tags circonus_api_token circonus_api_app
       circonus_api_url circonus_submission_interval circonus_submission_url circonus_check_id
       circonus_check_force_metric_activation circonus_check_instance_id circonus_check_search_tag
       circonus_check_display_name circonus_check_tags circonus_broker_id circonus_broker_select_tag`,
    ),
  }),
  ui: block({
    enabled: flag('ui'),
    ...silent('label show_cli_hints content_security_policy'),
    ...ignored(why.OWN_CONSUL, 'consul'),
    ...ignored(why.NO_VAULT, 'vault'),
  }),
  acl: ignoredBlock(why.NO_ACL),
  tls: block({
    ca_file: text('tls.caFile'),
    cert_file: text('tls.certFile'),
    key_file: text('tls.keyFile'),
    http: unless(false, why.NO_HTTPS),
    ...silent('rpc verify_server_hostname rpc_upgrade_mode'),
    verify_https_client: unless(false, why.NO_HTTPS),
    ...ignored(why.MODERN_TLS, 'tls_cipher_suites tls_min_version tls_prefer_server_cipher_suites'),
  }),
  vault: ignoredBlock(why.NO_VAULT),
  enable_syslog: unless(false, why.NO_SYSLOG),
  ...ignored(why.NO_SYSLOG, 'syslog_facility log_include_location eventlog'),
  ...ignored(why.NO_ROTATION, 'log_rotate_duration log_rotate_bytes log_rotate_max_files'),
  ...ignored(why.NO_LIMITS, 'limits rpc'),
  ...ignored(why.NO_RAFT, 'autopilot'),
  audit: ignoredBlock(why.ENTERPRISE),
  ...ignored(why.ENTERPRISE, 'sentinel license reporting'),
  ...ignored(why.NO_KEYRING, 'keyring'),
  ...ignored('Drivers are built in: there are no plug-in programs to look for.', 'plugin_dir'),
  enable_debug: flag('enableDebug'),
  http_disable_websocket_origin_check: unless(false, why.OWN_ORIGINS),
  ...silent('disable_update_check disable_anonymous_signature http_disable_http2'),
};

/**
 * The keys of a Nomad agent's configuration (Nomad's documentation, "Agent configuration"). `bind_addr` covers the API
 * and what agents talk on.
 */
export const nomadFields: Fields = {
  ...commonFields,
  bind_addr: text('bind.http', 'bind.rpc'),
  addresses: block({
    http: text('addresses.http'),
    rpc: text('addresses.rpc'),
    ...ignored(why.NO_GOSSIP, 'serf'),
  }),
  advertise: block({
    http: text('advertise.http'),
    rpc: text('advertise.rpc'),
    ...silent('serf'),
  }),
  ports: block({
    http: port('ports.http'),
    rpc: port('ports.rpc'),
    ...silent('serf'),
  }),
};

function readHostVolume(body: Record<string, unknown>): { value: HostVolume } | string {
  if (typeof body['path'] !== 'string' || body['path'] === '') return 'A host volume needs a path: path = "/srv/data".';
  return { value: { path: body['path'], readOnly: body['read_only'] === true || body['read_only'] === 'true' } };
}

function readHostNetwork(body: Record<string, unknown>): { value: Omit<HostNetwork, 'name'> } | string {
  const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const cidr = textOf(body['cidr']);
  if (cidr !== undefined && !isNetwork(cidr)) return `"${cidr}" is no network: write it as in cidr = "10.0.0.0/8".`;
  const reservedPorts = textOf(body['reserved_ports']) ?? '';
  return { value: { cidr, interface: textOf(body['interface']), reservedPorts } };
}

function readPlugin(body: Record<string, unknown>): { value: PluginConfig } {
  const config = [body['config']].flat()[0];
  const settings = typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
  return { value: { config: settings, args: Array.isArray(body['args']) ? body['args'].map(String) : [] } };
}

/** A switch that does nothing here, unless it asks for what is so anyway. */
function unless(wanted: boolean, reason: string): IgnoredField {
  return { kind: 'ignored', reason, unless: (node) => node.kind === 'value' && node.value === wanted };
}

/** A block that does nothing here, unless it says `enabled = false`. */
function ignoredBlock(reason: string): IgnoredField {
  return { kind: 'ignored', reason, unless: (node) => node.kind === 'object' && node.entries.some(isDisabled) };
}

function isDisabled(entry: { name: string; node: DocumentNode }): boolean {
  return entry.name === 'enabled' && entry.node.kind === 'value' && entry.node.value === false;
}
