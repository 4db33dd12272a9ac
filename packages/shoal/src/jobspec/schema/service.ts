import { connect } from './connect.ts';
import {
  duration,
  flag,
  integer,
  later,
  many,
  nullable,
  one,
  type Struct,
  text,
  textMap,
  texts,
  textsMap,
} from './field.ts';
import { identity } from './identity.ts';

export const checkRestart: Struct = {
  name: 'check_restart',
  fields: {
    Limit: integer('limit'),
    Grace: nullable(duration('grace')),
    IgnoreWarnings: flag('ignore_warnings'),
  },
};

export const check: Struct = {
  name: 'check',
  fields: {
    Id: text(),
    Name: text('name'),
    Type: text('type'),
    Command: text('command'),
    Args: texts('args'),
    Path: text('path'),
    Protocol: text('protocol'),
    PortLabel: text('port'),
    Expose: flag('expose'),
    AddressMode: text('address_mode'),
    Interval: duration('interval'),
    Timeout: duration('timeout'),
    InitialStatus: text('initial_status'),
    TLSSkipVerify: flag('tls_skip_verify'),
    TLSServerName: later(text('tls_server_name')),
    Header: textsMap('header'),
    Method: text('method'),
    Body: later(text('body')),
    Notes: later(text('notes')),
    CheckRestart: one(checkRestart, 'check_restart'),
    GRPCService: text('grpc_service'),
    GRPCUseTLS: flag('grpc_use_tls'),
    TaskName: text('task'),
    SuccessBeforePassing: integer('success_before_passing'),
    FailuresBeforeCritical: integer('failures_before_critical'),
    FailuresBeforeWarning: later(integer('failures_before_warning')),
    OnUpdate: later(text('on_update')),
  },
};

/** Shoal's own: where the edge serves the service. */
export const route: Struct = {
  name: 'route',
  fields: {
    Host: text('host'),
    Path: text('path'),
    StripPath: flag('strip_path'),
    TLS: flag('tls'),
    TCP: later(integer('tcp')),
  },
};

const weights: Struct = {
  name: 'weights',
  fields: { Passing: nullable(integer('passing')), Warning: nullable(integer('warning')) },
};

export const service: Struct = {
  name: 'service',
  fields: {
    Id: text('id'),
    Name: text('name'),
    Tags: texts('tags'),
    CanaryTags: texts('canary_tags'),
    EnableTagOverride: flag('enable_tag_override'),
    PortLabel: text('port'),
    AddressMode: text('address_mode'),
    Address: later(text('address')),
    TaggedAddresses: later(textMap('tagged_addresses')),
    Checks: many(check, 'check'),
    CheckRestart: one(checkRestart, 'check_restart'),
    Connect: one(connect, 'connect'),
    Meta: textMap('meta'),
    CanaryMeta: textMap('canary_meta'),
    TaskName: text('task'),
    Provider: later(text('provider')),
    Kind: later(text('kind')),
    Weights: later(one(weights, 'weights')),
    Identity: later(one(identity, 'identity')),
    Cluster: later(text('cluster')),
    OnUpdate: later(text('on_update')),
    Routes: later(many(route, 'route')),
  },
};
