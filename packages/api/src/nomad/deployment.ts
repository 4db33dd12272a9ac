/** A deployment as `GET /v1/deployment/:id` shows it (https://developer.hashicorp.com/nomad/api-docs/deployments). */
export type DeploymentStatus = 'running' | 'paused' | 'failed' | 'successful' | 'cancelled' | 'pending' | 'blocked';

export type Deployment = {
  ID: string;
  Namespace: string;
  JobID: string;
  JobVersion: number;
  JobModifyIndex: number;
  JobSpecModifyIndex: number;
  JobCreateIndex: number;
  IsMultiregion: boolean;
  TaskGroups: Record<string, DeploymentState>;
  Status: DeploymentStatus;
  StatusDescription: string;
  CreateIndex: number;
  ModifyIndex: number;
};

export type DeploymentState = {
  AutoRevert: boolean;
  AutoPromote: boolean;
  ProgressDeadline: number;
  /** RFC 3339. */
  RequireProgressBy: string;
  Promoted: boolean;
  PlacedCanaries: string[] | null;
  DesiredCanaries: number;
  DesiredTotal: number;
  PlacedAllocs: number;
  HealthyAllocs: number;
  UnhealthyAllocs: number;
};

/** The answer to a change of a deployment. `EvalID` is empty when there is nothing for the scheduler to do. */
export type DeploymentWritten = {
  EvalID: string;
  EvalCreateIndex: number;
  DeploymentModifyIndex: number;
  /** The version that the job was put back to, if it was. */
  RevertedJobVersion: number | null;
};
