/** Why documented keys have no effect. One reason for each kind of thing, in words for the person who set it. */
export const NO_ACL =
  'There are no access rules yet: every request is allowed. Keep the APIs on loopback or a private network.';
export const NO_GOSSIP = 'Agents do not gossip: there is nothing to tune, bind or encrypt.';
export const OWN_TLS =
  "Agents know each other by the cluster's own authority, or by ca_file, cert_file and key_file; nothing else is to be set.";
export const MODERN_TLS = 'Agents talk TLS 1.3 only.';
export const NO_HTTPS = 'The APIs are served over plain HTTP; put TLS before them where they leave the machine.';
export const OWN_ORIGINS =
  "Pages of other origins are always refused, unless their host is named in allowed_hosts (http block of Shoal's form).";
export const NO_RAFT = 'The state is not kept by Raft.';
export const NO_MESH = 'The service mesh (Connect) is not there: services are reached by DNS or the edge.';
export const NO_GRPC = 'There is no gRPC interface (it serves Envoy proxies only).';
export const NO_WAN =
  'Datacenters are not federated by WAN gossip: each agent reaches the others by their Consul APIs (remote_datacenter).';
export const ENTERPRISE = "It belongs to the peer's Enterprise edition.";
export const NO_SYSLOG = 'Logs go to the standard output, for the journal or a collector.';
export const NO_ROTATION = 'The log file is not rotated: leave that to the journal or logrotate.';
export const NO_PHONE = 'The program asks nobody for updates.';
export const NO_LIMITS = 'Connections are not limited per client.';
export const NO_VAULT = 'There is no Vault integration.';
export const NO_SINK = 'Metrics are not sent anywhere: they are fetched.';
export const OWN_CONSUL = 'The agent is its own Consul: services and checks are registered in it.';
export const OWN_STATE = 'Every server reads its own memory: there are no stale reads to allow and no cache to fill.';
export const NO_CSI = 'There are no CSI volumes.';
export const NO_KEYRING = 'Keys are replaced by "operator root keyring rotate" alone.';
export const NO_SOCKETS = 'Unix sockets are not served.';
export const RELOAD = 'Files are read again when the agent is told to: "reload", or SIGHUP.';
export const NO_LOCALITY = 'Services are not chosen by region and zone: name them with tags, or as datacenters.';
export const OWN_RETRIES = 'Servers are asked again and again, at growing intervals, without end.';
export const NO_CLIENT_GC =
  'Folders of ended allocations are removed when the servers forget the allocations: job_gc_threshold and eval_gc_threshold of the server block.';
export const NO_DYNAMIC_VOLUMES =
  'Volumes are folders that the configuration names: host_volume "NAME" { path = "…" }.';
export const NO_COUNT_LIMIT =
  'Allocations are not counted: what fits the nodes is placed. Keep room free with the reserved block of clients.';
export const NO_ALLOC_METRICS =
  'Metrics are of the node and the agent; what an allocation uses is at /v1/client/allocation/ID/stats, and in "alloc status -stats".';
export const NOT_YET = 'It is not supported yet.';
