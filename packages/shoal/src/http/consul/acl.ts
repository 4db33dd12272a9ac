import type { Endpoint, Handler } from '../shared/api.ts';
import type { Method } from '../shared/request.ts';
import { AclDisabledError } from './errors.ts';

const refuse: Handler = () => {
  throw new AclDisabledError();
};

function endpoint(path: string, ...methods: Method[]): Endpoint {
  return { path, methods: Object.fromEntries(methods.map((method) => [method, refuse])) };
}

/** Without ACLs every one of their endpoints says so, once the method is right. */
export const aclEndpoints: readonly Endpoint[] = [
  endpoint('/v1/acl/bootstrap', 'PUT'),
  endpoint('/v1/acl/replication', 'GET'),
  endpoint('/v1/acl/create', 'PUT'),
  endpoint('/v1/acl/update', 'PUT'),
  endpoint('/v1/acl/destroy/*', 'PUT'),
  endpoint('/v1/acl/clone/*', 'PUT'),
  endpoint('/v1/acl/info/*', 'GET'),
  endpoint('/v1/acl/list', 'GET'),
  endpoint('/v1/acl/rules/translate', 'POST'),
  endpoint('/v1/acl/rules/translate/*', 'GET'),
  endpoint('/v1/acl/authorize', 'POST'),
  endpoint('/v1/internal/acl/authorize', 'POST'),
  endpoint('/v1/agent/token/*', 'PUT'),
  endpoint('/v1/acl/login', 'POST'),
  endpoint('/v1/acl/logout', 'POST'),
  endpoint('/v1/acl/tokens', 'GET'),
  endpoint('/v1/acl/token', 'PUT'),
  endpoint('/v1/acl/token/self', 'GET'),
  endpoint('/v1/acl/token/*', 'GET', 'PUT', 'DELETE'),
  endpoint('/v1/acl/policies', 'GET'),
  endpoint('/v1/acl/policy', 'PUT'),
  endpoint('/v1/acl/policy/name/*', 'GET'),
  endpoint('/v1/acl/policy/*', 'GET', 'PUT', 'DELETE'),
  endpoint('/v1/acl/roles', 'GET'),
  endpoint('/v1/acl/role', 'PUT'),
  endpoint('/v1/acl/role/name/*', 'GET'),
  endpoint('/v1/acl/role/*', 'GET', 'PUT', 'DELETE'),
  endpoint('/v1/acl/auth-methods', 'GET'),
  endpoint('/v1/acl/auth-method', 'PUT'),
  endpoint('/v1/acl/auth-method/*', 'GET', 'PUT', 'DELETE'),
  endpoint('/v1/acl/binding-rules', 'GET'),
  endpoint('/v1/acl/binding-rule', 'PUT'),
  endpoint('/v1/acl/binding-rule/*', 'GET', 'PUT', 'DELETE'),
];
