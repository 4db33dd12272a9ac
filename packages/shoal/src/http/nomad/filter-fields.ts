import type { Field, Fields } from '../shared/filter/fields.ts';

/** What filters may ask of the objects that lists show: their documented fields. */

const indexes: Fields = { CreateIndex: 'int', ModifyIndex: 'int' };

export const nodePoolFields: Fields = { Name: 'string', Description: 'string', Meta: 'map', ...indexes };

const taskState: Fields = {
  State: 'string',
  Failed: 'bool',
  Restarts: 'int',
  LastRestart: 'string',
  StartedAt: 'string',
  FinishedAt: 'string',
  Events: { list: { Type: 'string', Time: 'int', DisplayMessage: 'string', Details: 'map' } },
};

export const allocFields: Fields = {
  ID: 'string',
  EvalID: 'string',
  Name: 'string',
  Namespace: 'string',
  NodeID: 'string',
  NodeName: 'string',
  JobID: 'string',
  JobType: 'string',
  JobVersion: 'int',
  TaskGroup: 'string',
  DesiredStatus: 'string',
  DesiredDescription: 'string',
  ClientStatus: 'string',
  ClientDescription: 'string',
  DesiredTransition: { object: { Migrate: 'bool', Reschedule: 'bool', ForceReschedule: 'bool' } },
  TaskStates: { each: taskState },
  DeploymentStatus: { object: { Healthy: 'bool', Canary: 'bool', Timestamp: 'string', ModifyIndex: 'int' } },
  FollowupEvalID: 'string',
  ...indexes,
  CreateTime: 'int',
  ModifyTime: 'int',
};

export const evalFields: Fields = {
  ID: 'string',
  Namespace: 'string',
  Priority: 'int',
  Type: 'string',
  TriggeredBy: 'string',
  JobID: 'string',
  JobModifyIndex: 'int',
  NodeID: 'string',
  NodeModifyIndex: 'int',
  DeploymentID: 'string',
  Status: 'string',
  StatusDescription: 'string',
  NextEval: 'string',
  PreviousEval: 'string',
  BlockedEval: 'string',
  FailedTGAllocs: 'map',
  QueuedAllocations: 'map',
  SnapshotIndex: 'int',
  ...indexes,
  CreateTime: 'int',
  ModifyTime: 'int',
};

const deploymentGroup: Field = {
  each: {
    AutoRevert: 'bool',
    AutoPromote: 'bool',
    Promoted: 'bool',
    PlacedCanaries: 'strings',
    DesiredCanaries: 'int',
    DesiredTotal: 'int',
    PlacedAllocs: 'int',
    HealthyAllocs: 'int',
    UnhealthyAllocs: 'int',
  },
};

export const deploymentFields: Fields = {
  ID: 'string',
  Namespace: 'string',
  JobID: 'string',
  JobVersion: 'int',
  JobModifyIndex: 'int',
  JobCreateIndex: 'int',
  IsMultiregion: 'bool',
  TaskGroups: deploymentGroup,
  Status: 'string',
  StatusDescription: 'string',
  ...indexes,
};

export const jobFields: Fields = {
  ID: 'string',
  ParentID: 'string',
  Name: 'string',
  Namespace: 'string',
  Datacenters: 'strings',
  NodePool: 'string',
  Type: 'string',
  Priority: 'int',
  Periodic: {
    object: { Enabled: 'bool', Spec: 'string', SpecType: 'string', ProhibitOverlap: 'bool', TimeZone: 'string' },
  },
  ParameterizedJob: { object: { Payload: 'string', MetaRequired: 'strings', MetaOptional: 'strings' } },
  TaskGroups: {
    list: {
      Name: 'string',
      Count: 'int',
      Meta: 'map',
      Tasks: { list: { Name: 'string', Driver: 'string', User: 'string', Meta: 'map' } },
    },
  },
  Region: 'string',
  Version: 'int',
  Stable: 'bool',
  Dispatched: 'bool',
  Stop: 'bool',
  Status: 'string',
  StatusDescription: 'string',
  Meta: 'map',
  JobModifyIndex: 'int',
  SubmitTime: 'int',
  ...indexes,
};

export const nodeFields: Fields = {
  Address: 'string',
  ID: 'string',
  Attributes: 'map',
  Meta: 'map',
  Datacenter: 'string',
  Name: 'string',
  NodeClass: 'string',
  NodePool: 'string',
  Version: 'string',
  Drain: 'bool',
  SchedulingEligibility: 'string',
  Status: 'string',
  StatusDescription: 'string',
  Drivers: { each: { Attributes: 'map', Detected: 'bool', Healthy: 'bool', HealthDescription: 'string' } },
  HostVolumes: { each: { Path: 'string', ReadOnly: 'bool' } },
  ...indexes,
};
