import type {
  AllocatedPort,
  AllocClientStatus,
  AllocDesiredStatus,
  AllocMetric,
  AllocNetworkStatus,
  AllocState,
  CatalogNode,
  CheckStatus,
  DesiredTransition,
  Evaluation,
  Job,
  NetworkResource,
  Node,
  RescheduleTracker,
  ServiceAddress,
  TaskState,
  Weights,
} from '@shoal/api';
import type { Stamped } from './table.ts';

/**
 * The rows of the tables: normalised and immutable. What the API shows is composed from them in `http/`.
 * Everything that can be derived is not kept: a job's status and summary, a deployment's counts, an allocation's resources (its group says).
 */

/** The newest version of a job. `Status` here is '' : it is derived (job-summary.ts). A stored `JobModifyIndex` of 0 stands for the row's own ModifyIndex. */
export type JobRow = Job;

/** Every version that is kept, the newest too. `JobStatus` is the status that the job had when the version was made. */
export type JobVersionRow = Job;

export type NodeRow = Node;

export type EvalRow = Evaluation;

/** How an allocation does, in the deployment that it was judged for ('': in none). `Timestamp` is of a server's clock. */
export type HealthVerdict = { readonly Healthy: boolean; readonly Timestamp: string; readonly DeploymentID: string };

/** What the servers decide of an allocation. What its client reports is in `AllocStatusRow`, so that neither overwrites the other. */
export type AllocRow = Stamped & {
  readonly ID: string;
  readonly Namespace: string;
  readonly JobID: string;
  readonly JobVersion: number;
  readonly TaskGroup: string;
  /** `job.group[index]` */
  readonly Name: string;
  readonly NodeID: string;
  readonly NodeName: string;
  readonly EvalID: string;
  readonly DesiredStatus: AllocDesiredStatus;
  readonly DesiredDescription: string;
  readonly DesiredTransition?: DesiredTransition;
  /** Set by a server for a client that cannot be asked; a client's own report of an end outranks it. */
  readonly ClientStatus?: Extract<AllocClientStatus, 'lost' | 'unknown'>;
  /** How it came to that, and what came of it: the newest last. */
  readonly AllocStates?: readonly AllocState[];
  /** Host ports of the group's network, chosen for this allocation; null where the group asks for none. */
  readonly Ports: AllocatedPort[] | null;
  /** The group's networks and the tasks' own (old style), with ports and addresses filled in. */
  readonly Networks: NetworkResource[] | null;
  readonly TaskNetworks?: Readonly<Record<string, NetworkResource[]>>;
  readonly DeploymentID: string;
  readonly Canary?: boolean;
  /** Set through the API (`health_check = "manual"`). */
  readonly ManualHealth?: HealthVerdict;
  readonly PreviousAllocation: string;
  readonly NextAllocation: string;
  readonly FollowupEvalID: string;
  readonly RescheduleTracker: RescheduleTracker | null;
  readonly Metrics: AllocMetric | null;
  /** Unix nanoseconds. */
  readonly CreateTime: number;
  readonly ModifyTime: number;
};

/** What the client reports; absent until its first report, which stands for 'pending'. */
export type AllocStatusRow = Stamped & {
  readonly ID: string;
  readonly NodeID: string;
  readonly ClientStatus: AllocClientStatus;
  readonly ClientDescription: string;
  readonly TaskStates: Readonly<Record<string, TaskState>>;
  readonly DeploymentHealthy: HealthVerdict | null;
  readonly NetworkStatus: AllocNetworkStatus | null;
  readonly ModifyTime: number;
};

/** Counts and health come from the allocations; a deadline moves on with each one that becomes healthy. */
export type DeploymentRow = Stamped & {
  readonly ID: string;
  readonly Namespace: string;
  readonly JobID: string;
  readonly JobVersion: number;
  readonly JobModifyIndex: number;
  readonly JobSpecModifyIndex: number;
  readonly JobCreateIndex: number;
  readonly Status: 'running' | 'paused' | 'failed' | 'successful' | 'cancelled';
  readonly StatusDescription: string;
  readonly TaskGroups: Readonly<Record<string, DeploymentGroupRow>>;
  /** Unix nanoseconds. */
  readonly CreateTime: number;
};

export type DeploymentGroupRow = {
  readonly AutoRevert: boolean;
  readonly AutoPromote: boolean;
  /** Nanoseconds. */
  readonly ProgressDeadline: number;
  readonly Promoted: boolean;
  readonly DesiredCanaries: number;
  readonly DesiredTotal: number;
};

/** A node of the catalog (Consul's notion), keyed by its lower-case name. */
export type CatalogNodeRow = CatalogNode;

/** A service instance of the catalog, keyed `<lower-case node>/<service id>`. */
export type CatalogServiceRow = Stamped & {
  readonly Node: string;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly ServiceKind: string;
  readonly ServiceTags: readonly string[];
  readonly ServiceAddress: string;
  readonly ServiceTaggedAddresses?: Readonly<Record<string, ServiceAddress>>;
  readonly ServiceWeights: Weights;
  readonly ServiceMeta: Readonly<Record<string, string>>;
  readonly ServicePort: number;
  readonly ServiceEnableTagOverride: boolean;
  /** A Unix socket instead of a port. */
  readonly ServiceSocketPath?: string;
  /** What a proxy or gateway of a service mesh was registered with. */
  readonly ServiceProxy?: ServiceProxy;
  /** It speaks a mesh's protocol itself, without a proxy. */
  readonly ServiceNative?: true;
  /** The allocation that has registered it with `provider = "nomad"`: it is one of Nomad's own services, too. Consul's API does not show it. */
  readonly NomadAllocID?: string;
};

/** Kept and served with Consul's fields, those that say nothing left out: there is no mesh here that would go by them. */
export type ServiceProxy = {
  /** The service that it stands for; '' for a gateway. */
  readonly DestinationServiceName: string;
  readonly Upstreams?: readonly { readonly DestinationName: string; readonly LocalBindPort: number }[];
  readonly [field: string]: unknown;
};

/** A check of the catalog, keyed `<lower-case node>/<check id>`. `ServiceID` '' is a node's check. */
export type CatalogCheckRow = Stamped & {
  readonly Node: string;
  readonly CheckID: string;
  readonly Name: string;
  readonly Status: CheckStatus;
  readonly Notes: string;
  readonly Output: string;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly ServiceTags: readonly string[];
  readonly Type: string;
  readonly Definition: Readonly<Record<string, unknown>>;
};

/** `Flags` is decimal text: an unsigned 64-bit number does not fit a double. `Value` is base64, null when empty. */
export type KvRow = Stamped & {
  readonly Key: string;
  readonly Value: string | null;
  readonly Flags: string;
  readonly LockIndex: number;
  readonly Session?: string;
};

/** Who may hold locks, keyed by its id. Never changed once it is made: renewals are no writes. */
export type SessionRow = Stamped & {
  readonly ID: string;
  readonly Name: string;
  readonly Node: string;
  /** Nanoseconds. */
  readonly LockDelay: number;
  readonly Behavior: 'release' | 'delete';
  /** As it was given, such as `30s`; '' for none. */
  readonly TTL: string;
  readonly NodeChecks: readonly string[];
  readonly ServiceChecks: readonly { readonly ID: string; readonly Namespace: string }[] | null;
};

/**
 * Beside each key that a session holds, keyed by the key. Whoever writes a key without a view to its lock requires this row to be as it was: it
 * changes with the holder alone, so that plain writes do not get into each other's way.
 */
export type KvLockRow = Stamped & { readonly Session: string };

/** A key that nobody may lock for a while, keyed by the key. The time counts from when a server learns of the row. */
export type LockDelayRow = Stamped & { readonly DelayMs: number };

/** A prepared query, keyed by its id. */
export type PreparedQueryRow = Stamped & {
  readonly ID: string;
  readonly Name: string;
  readonly Session: string;
  readonly Token: string;
  readonly Template: { readonly Type: string; readonly Regexp: string; readonly RemoveEmptyTags: boolean };
  readonly Service: PreparedQueryService;
  readonly DNS: { readonly TTL: string };
};

export type FailoverTarget = {
  readonly Datacenter: string;
  readonly Peer: string;
  readonly Partition: string;
  readonly Namespace: string;
};

export type PreparedQueryService = {
  readonly Service: string;
  readonly Failover: {
    readonly NearestN: number;
    readonly Datacenters: readonly string[] | null;
    /** Places to look in, one after the other; instead of the other two. */
    readonly Targets?: readonly FailoverTarget[];
  };
  readonly OnlyPassing: boolean;
  readonly IgnoreCheckIDs: readonly string[] | null;
  readonly Near: string;
  readonly Tags: readonly string[] | null;
  readonly NodeMeta: Readonly<Record<string, string>> | null;
  readonly ServiceMeta: Readonly<Record<string, string>> | null;
  readonly Connect: boolean;
};

/** A user's event on its way to all agents, keyed by a number that grows. A few hundred are kept. */
export type EventRow = Stamped & {
  readonly ID: string;
  readonly Name: string;
  /** Base64; null when empty. */
  readonly Payload: string | null;
  readonly NodeFilter: string;
  readonly ServiceFilter: string;
  readonly TagFilter: string;
  readonly LTime: number;
};

/** An entry of Consul's central configuration, kept and served as it is, keyed `<kind>/<name>`. */
export type ConfigEntryRow = Stamped & { readonly Kind: string; readonly Name: string } & {
  readonly [field: string]: unknown;
};

/** A namespace, keyed by its name. `default` exists without a row. */
export type NodePoolRow = Stamped & {
  readonly Name: string;
  readonly Description: string;
  readonly Meta: Readonly<Record<string, string>> | null;
};

export type NamespaceRow = Stamped & {
  readonly Name: string;
  readonly Description: string;
  readonly Meta?: Readonly<Record<string, string>> | null;
};

/**
 * A variable of Nomad's, keyed `<namespace>/<path>`. Its items are ciphertext: JSON, sealed with the key `KeyID` of the servers' keyring for its own
 * key. Times are Unix nanoseconds.
 */
export type VariableRow = Stamped & {
  readonly Namespace: string;
  readonly Path: string;
  readonly KeyID: string;
  /** Base64: nonce, ciphertext, tag. */
  readonly Data: string;
  readonly CreateTime: number;
  readonly ModifyTime: number;
  /** Both times in nanoseconds. How long it still holds is no matter of the row: renewals are no writes. */
  readonly Lock?: { readonly ID: string; readonly TTL: number; readonly LockDelay: number };
};

/** A key of the servers' keyring, keyed by its id; the key itself is in a file of theirs. `CreateTime`: Unix nanoseconds. */
export type RootKeyRow = Stamped & {
  readonly KeyID: string;
  readonly Algorithm: string;
  readonly State: 'active' | 'inactive';
  readonly CreateTime: number;
  /** The pair of keys that tokens are signed with: `n` and `e` are public, `Data` is the private one, encrypted with this key. */
  readonly Signing?: { readonly n: string; readonly e: string; readonly Data: string };
};

/** How the counts of a job's groups were changed by scaling, the newest first; keyed as the job. */
export type ScalingEventsRow = Stamped & {
  readonly Namespace: string;
  readonly JobID: string;
  readonly Groups: Readonly<Record<string, readonly ScalingEvent[]>>;
};

/** A stored `CreateIndex` of 0 stands for the row's ModifyIndex at that time. `Count` null: only a note. */
export type ScalingEvent = {
  /** Unix nanoseconds. */
  readonly Time: number;
  readonly Count: number | null;
  readonly PreviousCount: number;
  readonly Message: string;
  readonly Error: boolean;
  readonly Meta: Readonly<Record<string, unknown>> | null;
  readonly EvalID: string | null;
  readonly CreateIndex: number;
};

/** Small facts about the cluster: `cluster` → { id, … }, `ca` → … */
export type MetaRow = Stamped & { readonly [field: string]: unknown };
