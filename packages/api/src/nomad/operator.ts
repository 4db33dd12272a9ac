/** https://developer.hashicorp.com/nomad/api-docs/namespaces */
export type Namespace = {
  Name: string;
  Description: string;
  Quota?: string;
  Meta?: Record<string, string> | null;
  CreateIndex: number;
  ModifyIndex: number;
};

export type NamespaceBody = Pick<Namespace, 'Name' | 'Description' | 'Meta'>;

/** What operators set for the scheduler (https://developer.hashicorp.com/nomad/api-docs/operator/scheduler). */
export type SchedulerSettings = {
  SchedulerAlgorithm: string;
  PreemptionConfig: {
    SystemSchedulerEnabled: boolean;
    SysBatchSchedulerEnabled: boolean;
    BatchSchedulerEnabled: boolean;
    ServiceSchedulerEnabled: boolean;
  };
  MemoryOversubscriptionEnabled: boolean;
  RejectJobRegistration: boolean;
  PauseEvalBroker: boolean;
};

export type SchedulerAnswer = { SchedulerConfig: SchedulerSettings & { CreateIndex: number; ModifyIndex: number } };

/** The servers that agree on the state (https://developer.hashicorp.com/nomad/api-docs/operator/raft). */
export type RaftConfiguration = {
  Index: number;
  Servers: { ID: string; Node: string; Address: string; Leader: boolean; Voter: boolean; RaftProtocol: string }[];
};
