import { text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';

/** `/v1/acl/…`: there are no ACLs. A token that is sent along is ignored. */
export function aclEndpoints(): Endpoint[] {
  const disabled = () => text(400, 'ACL support disabled');
  const methods = { GET: disabled, PUT: disabled, POST: disabled, DELETE: disabled };
  return [{ path: '/v1/acl/*', methods }];
}
