/** Texts that users and tools of Nomad know. */
export const NOT_NEEDED = 'alloc not needed due to job update';
export const UPDATING = 'alloc is being updated due to job update';
export const MIGRATING = 'alloc is being migrated';
export const RESCHEDULED = 'alloc was rescheduled because it failed';
export const LOST = 'alloc is lost since its node is down';
export const UNKNOWN = 'alloc is unknown since its node is disconnected';
export const RECONNECTED = 'alloc not needed due to disconnected client reconnect';
export const NODE_TAINTED = 'alloc not needed as node is tainted';

export const REMAINING = 'created to place remaining allocations';
export const DELAYED = 'created for delayed rescheduling';
export const PATIENCE_ENDS = 'created for delayed disconnect timeout';

export const DEPLOYMENT_RUNNING = 'Deployment is running';
export const DEPLOYMENT_NEEDS_PROMOTION = 'Deployment is running but requires manual promotion';
export const DEPLOYMENT_AUTO_PROMOTES = 'Deployment is running pending automatic promotion';
export const DEPLOYMENT_SUCCESSFUL = 'Deployment completed successfully';
export const DEPLOYMENT_JOB_STOPPED = 'Cancelled because job is stopped';
export const DEPLOYMENT_NEWER_JOB = 'Cancelled due to newer version of job';
