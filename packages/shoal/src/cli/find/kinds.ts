import type { AllocStub, Deployment, Evaluation, NodeStub, NomadClient, ScalingPolicyStub } from '@shoal/api';
import { targetText } from '../show/scaling-policy.ts';
import type { Kind } from './by-id.ts';

export function allocationKind(nomad: NomadClient): Kind<AllocStub> {
  return {
    what: 'allocation',
    list: (prefix) => nomad.allocations.list({ prefix }),
    show: (found) => ({
      headings: ['ID', 'Job ID', 'Task Group', 'Desired', 'Status'],
      rows: found.map((alloc) => [alloc.ID, alloc.JobID, alloc.TaskGroup, alloc.DesiredStatus, alloc.ClientStatus]),
    }),
  };
}

export function evaluationKind(nomad: NomadClient): Kind<Evaluation> {
  return {
    what: 'evaluation',
    list: (prefix) => nomad.evaluations.list({ prefix }),
    show: (found) => ({
      headings: ['ID', 'Job ID', 'Triggered By', 'Status'],
      rows: found.map((evaluation) => [evaluation.ID, evaluation.JobID, evaluation.TriggeredBy, evaluation.Status]),
    }),
  };
}

export function deploymentKind(nomad: NomadClient): Kind<Deployment> {
  return {
    what: 'deployment',
    list: (prefix) => nomad.deployments.list({ prefix }),
    show: (found) => ({
      headings: ['ID', 'Job ID', 'Job Version', 'Status', 'Description'],
      rows: found.map((one) => [one.ID, one.JobID, String(one.JobVersion), one.Status, one.StatusDescription]),
    }),
  };
}

export function nodeKind(nomad: NomadClient): Kind<NodeStub> {
  return {
    what: 'node',
    list: (prefix) => nomad.nodes.list({ prefix }),
    show: (found) => ({
      headings: ['ID', 'DC', 'Name', 'Status'],
      rows: found.map((node) => [node.ID, node.Datacenter, node.Name, node.Status]),
    }),
  };
}

export function policyKind(nomad: NomadClient): Kind<ScalingPolicyStub> {
  return {
    what: 'scaling policy',
    // The API has no prefixes here: all are listed.
    list: () => nomad.scaling.policies(),
    show: (found) => ({
      headings: ['ID', 'Enabled', 'Type', 'Target'],
      rows: found.map((policy) => [policy.ID, String(policy.Enabled), policy.Type, targetText(policy)]),
    }),
  };
}
