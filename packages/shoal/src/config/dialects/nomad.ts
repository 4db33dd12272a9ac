import { isNetwork } from '../addresses/interface-address.ts';
import type { HostNetwork, HostVolume, PluginConfig } from '../agent-config.ts';
import type { DocumentNode } from '../document.ts';
import {
  block,
  converted,
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
  ...ignored(why.OWN_RETRIES, 'retry_interval'),
  retry_max: unless(0, why.OWN_RETRIES),
};

const ALGORITHMS = ['binpack', 'spread'] as const;

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
  default_scheduler_config: block({
    scheduler_algorithm: converted(
      'text',
      'server.scheduler.algorithm',
      (name: string) => ALGORITHMS.find((algorithm) => algorithm === name),
      '"binpack" or "spread"',
    ),
    memory_oversubscription_enabled: flag('server.scheduler.memoryOversubscription'),
    reject_job_registration: flag('server.scheduler.rejectJobRegistration'),
    pause_eval_broker: flag('server.scheduler.pauseEvalBroker'),
    preemption_config: block({
      system_scheduler_enabled: flag('server.scheduler.preemption.system'),
      sysbatch_scheduler_enabled: flag('server.scheduler.preemption.sysbatch'),
      batch_scheduler_enabled: flag('server.scheduler.preemption.batch'),
      service_scheduler_enabled: flag('server.scheduler.preemption.service'),
    }),
  }),
  job_tracked_versions: within(1, 1_000, integer('server.jobTrackedVersions')),
  search: block({
    fuzzy_enabled: flag('server.search.fuzzy'),
    limit_results: within(1, 100_000, integer('server.search.limit')),
    min_term_length: within(1, 1_000, integer('server.search.minLength')),
    ...ignored('Everything is looked at: it is in memory.', 'limit_query'),
  }),
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
  ...ignored(why.NO_KEYRING, 'root_key_gc_interval root_key_gc_threshold root_key_rotation_threshold'),
  oidc_issuer: text('server.oidcIssuer'),
  enable_event_broker: unless(true, 'The event stream is always there: it costs nothing while nobody listens.'),
  ...ignored(
    'After a start everybody gets a whole term: min_heartbeat_ttl and heartbeat_grace.',
    'failover_heartbeat_ttl',
  ),
  ...ignored('The event stream begins with what comes next: past events are not kept.', 'event_buffer_size'),
  ...ignored('The text of job files is not kept, but the job that it comes to.', 'job_max_source_size'),
  ...ignored('A server serves as soon as its state is read, however long that takes.', 'start_timeout'),
  ...ignored('Deployments are followed as the state changes, and not asked for.', 'deployment_query_rate_limit'),
  ...ignored(why.NO_COUNT_LIMIT, 'job_max_count'),
  ...ignored('One scheduler serves all kinds of jobs.', 'num_schedulers enabled_schedulers'),
  ...ignored('Plans are made from the state that they are applied to: none is rejected.', 'plan_rejection_tracker'),
  ...ignored(why.NOT_YET, 'batch_eval_gc_threshold job_default_priority job_max_priority'),
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
  disk_total_mb: integer('client.diskTotalMb'),
  disk_free_mb: integer('client.diskFreeMb'),
  network_speed: integer('client.networkSpeed'),
  preferred_address_family: converted(
    'text',
    'client.preferredFamily',
    (name: string) => FAMILIES.find((family) => family === name),
    '"ipv4" or "ipv6"',
  ),
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
  disable_remote_exec: flag('client.disableRemoteExec'),
  artifact: artifactLimits,
  template: block({
    function_denylist: texts('client.templateFunctionDenylist'),
    function_blacklist: texts('client.templateFunctionDenylist'),
    disable_file_sandbox: flag('client.templateDisableFileSandbox'),
    ...ignored(why.NOT_YET, 'max_stale block_query_wait wait wait_bounds consul_retry vault_retry nomad_retry'),
    ...ignored(why.OWN_CONSUL, 'use_client_consul_token'),
  }),
  ...ignored(why.NOT_YET, 'drain_on_shutdown default_ineligible'),
  ...ignored(
    why.NO_CLIENT_GC,
    'gc_interval gc_max_allocs gc_disk_usage_threshold gc_inode_usage_threshold gc_parallel_destroys',
  ),
  ...ignored('It is beside the rest of the state: move data_dir.', 'state_dir'),
  ...ignored(why.NO_DYNAMIC_VOLUMES, 'host_volumes_dir host_volume_plugin_dir gc_volumes_on_node_gc'),
  ...ignored('No driver here has users made for its tasks: a task names its own (user).', 'users'),
  ...ignored(why.NO_COUNT_LIMIT, 'node_max_allocs'),
  ...ignored(
    "An agent is introduced by a token of the servers: join_token (Shoal's form) or -join-token.",
    'intro_token',
  ),
  ...ignored('Cores are not handed out singly: tasks share them by their cpu.', 'reservable_cores'),
  ...ignored(
    'What can be found out about a node is found out, once at its start.',
    'fingerprint cpu_disable_dmidecode',
  ),
  ...ignored('Drivers are built in: there are no plug-in programs to look for.', 'common_plugin_dir'),
  nomad_service_discovery: unless(true, 'Services with provider = "nomad" are always there.'),
  ...ignored('Output goes to files of the allocation, whose sizes the logs block of a task sets.', 'log_monitor'),
  ...ignored('Memory is that of the machine, or memory_total_mb.', 'memory_max_mb'),
  ...ignored('Control groups are found by themselves.', 'cgroup_parent'),
  ...ignored('Port ranges of executors are not needed.', 'client_min_port client_max_port'),
  ...silent('no_host_uuid stats alloc_mounts_dir'),
};

const FAMILIES = ['ipv4', 'ipv6'] as const;

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
    prometheus_metrics: unless(true, 'Metrics are always served to Prometheus: /v1/metrics?format=prometheus.'),
    publish_allocation_metrics: unless(false, why.NO_ALLOC_METRICS),
    ...silent(
      `publish_node_metrics collection_interval disable_hostname use_node_name filter_default prefix_filter disable_dispatched_job_summary_metrics
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
function unless(wanted: boolean | number, reason: string): IgnoredField {
  return { kind: 'ignored', reason, unless: (node) => node.kind === 'value' && node.value === wanted };
}

/** A block that does nothing here, unless it says `enabled = false`. */
function ignoredBlock(reason: string): IgnoredField {
  return { kind: 'ignored', reason, unless: (node) => node.kind === 'object' && node.entries.some(isDisabled) };
}

function isDisabled(entry: { name: string; node: DocumentNode }): boolean {
  return entry.name === 'enabled' && entry.node.kind === 'value' && entry.node.value === false;
}
