import {
  duration,
  flag,
  free,
  integer,
  integers,
  keyed,
  later,
  many,
  nullable,
  one,
  type Struct,
  text,
  textMap,
  textMapOrArgument,
  texts,
} from './field.ts';
import { identity } from './identity.ts';
import { logs } from './logs.ts';
import { resources } from './resources.ts';
import { volumeMount } from './volume-mount.ts';

const exposePath: Struct = {
  name: 'path',
  fields: {
    Path: text('path'),
    Protocol: text('protocol'),
    LocalPathPort: integer('local_path_port'),
    ListenerPort: text('listener_port'),
  },
};

const meshGateway: Struct = { name: 'mesh_gateway', fields: { Mode: text('mode') } };

const upstream: Struct = {
  name: 'upstreams',
  fields: {
    DestinationName: text('destination_name'),
    DestinationNamespace: later(text('destination_namespace')),
    DestinationPeer: later(text('destination_peer')),
    DestinationPartition: later(text('destination_partition')),
    DestinationType: later(text('destination_type')),
    LocalBindPort: integer('local_bind_port'),
    LocalBindSocketPath: later(text('local_bind_socket_path')),
    LocalBindSocketMode: later(text('local_bind_socket_mode')),
    Datacenter: later(text('datacenter')),
    LocalBindAddress: later(text('local_bind_address')),
    MeshGateway: later(one(meshGateway, 'mesh_gateway')),
    Config: later(free('config')),
  },
};

const transparentProxy: Struct = {
  name: 'transparent_proxy',
  fields: {
    UID: text('uid'),
    OutboundPort: integer('outbound_port'),
    ExcludeInboundPorts: texts('exclude_inbound_ports'),
    ExcludeOutboundCIDRs: texts('exclude_outbound_cidrs'),
    ExcludeOutboundPorts: integers('exclude_outbound_ports'),
    ExcludeUIDs: texts('exclude_uids'),
    NoDNS: flag('no_dns'),
  },
};

const proxy: Struct = {
  name: 'proxy',
  fields: {
    LocalServiceAddress: text('local_service_address'),
    LocalServicePort: integer('local_service_port'),
    ExposeConfig: one({ name: 'expose', fields: { Path: many(exposePath, 'path') } }, 'expose'),
    Upstreams: many(upstream, 'upstreams'),
    TransparentProxy: later(one(transparentProxy, 'transparent_proxy')),
    Config: free('config'),
  },
};

const sidecarService: Struct = {
  name: 'sidecar_service',
  fields: {
    Tags: texts('tags'),
    Port: text('port'),
    Proxy: one(proxy, 'proxy'),
    DisableDefaultTCPCheck: later(flag('disable_default_tcp_check')),
    Meta: later(textMap('meta')),
  },
};

const sidecarTask: Struct = {
  name: 'sidecar_task',
  fields: {
    Name: text('name'),
    Driver: text('driver'),
    User: text('user'),
    Config: free('config'),
    Env: textMap('env'),
    Resources: one(resources, 'resources'),
    Meta: textMap('meta'),
    KillTimeout: nullable(duration('kill_timeout')),
    LogConfig: one(logs, 'logs'),
    ShutdownDelay: nullable(duration('shutdown_delay')),
    KillSignal: text('kill_signal'),
    VolumeMounts: later(many(volumeMount, 'volume_mount')),
    Identities: later(many(identity, 'identity')),
  },
};

const bindAddress: Struct = {
  name: 'envoy_gateway_bind_addresses',
  label: 'Name',
  fields: { Name: text(), Address: text('address'), Port: integer('port') },
};

const gatewayProxy: Struct = {
  name: 'proxy',
  fields: {
    ConnectTimeout: nullable(duration('connect_timeout')),
    EnvoyGatewayBindTaggedAddresses: flag('envoy_gateway_bind_tagged_addresses'),
    EnvoyGatewayBindAddresses: keyed(bindAddress, 'envoy_gateway_bind_addresses'),
    EnvoyGatewayNoDefaultBind: flag('envoy_gateway_no_default_bind'),
    EnvoyDNSDiscoveryType: text('envoy_dns_discovery_type'),
    Config: free('config'),
  },
};

const sds: Struct = {
  name: 'sds',
  fields: { ClusterName: text('cluster_name'), CertResource: text('cert_resource') },
};

const gatewayTls: Struct = {
  name: 'tls',
  fields: {
    Enabled: flag('enabled'),
    TLSMinVersion: later(text('tls_min_version')),
    TLSMaxVersion: later(text('tls_max_version')),
    CipherSuites: later(texts('cipher_suites')),
    SDS: later(one(sds, 'sds')),
  },
};

const headers = (name: string): Struct => ({
  name,
  fields: { Add: textMapOrArgument('add'), Set: textMapOrArgument('set'), Remove: texts('remove') },
});

const ingressService: Struct = {
  name: 'service',
  fields: {
    Name: text('name'),
    Hosts: texts('hosts'),
    TLS: later(one(gatewayTls, 'tls')),
    RequestHeaders: later(one(headers('request_headers'), 'request_headers')),
    ResponseHeaders: later(one(headers('response_headers'), 'response_headers')),
    MaxConnections: later(integer('max_connections')),
    MaxPendingRequests: later(integer('max_pending_requests')),
    MaxConcurrentRequests: later(integer('max_concurrent_requests')),
  },
};

const listener: Struct = {
  name: 'listener',
  fields: { Port: integer('port'), Protocol: text('protocol'), Services: many(ingressService, 'service') },
};

const ingress: Struct = {
  name: 'ingress',
  fields: { TLS: one(gatewayTls, 'tls'), Listeners: many(listener, 'listener') },
};

const linkedService: Struct = {
  name: 'service',
  fields: {
    Name: text('name'),
    CAFile: text('ca_file'),
    CertFile: text('cert_file'),
    KeyFile: text('key_file'),
    SNI: text('sni'),
  },
};

const gateway: Struct = {
  name: 'gateway',
  fields: {
    Proxy: one(gatewayProxy, 'proxy'),
    Ingress: one(ingress, 'ingress'),
    Terminating: one({ name: 'terminating', fields: { Services: many(linkedService, 'service') } }, 'terminating'),
    Mesh: later(one({ name: 'mesh', fields: {} }, 'mesh')),
  },
};

export const connect: Struct = {
  name: 'connect',
  fields: {
    Native: flag('native'),
    Gateway: one(gateway, 'gateway'),
    SidecarService: one(sidecarService, 'sidecar_service'),
    SidecarTask: one(sidecarTask, 'sidecar_task'),
  },
};
