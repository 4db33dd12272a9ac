/** What Docker gives by itself, without `net_raw`, by which a container can pretend to be another. */
export const USUAL_CAPS: readonly string[] =
  'audit_write chown dac_override fowner fsetid kill mknod net_bind_service setfcap setgid setpcap setuid sys_chroot'.split(
    ' ',
  );

/** `CAP_NET_RAW` and `net_raw` are the same. */
export function plainCap(name: string): string {
  return name.trim().toLowerCase().replace(/^cap_/, '');
}

/** `kept`: what a task has, or "all" of them. `asked`: what of it the job asked for. `refused`: what the operator does not allow of that. */
export type GrantedCaps = { kept: readonly string[] | 'all'; asked: readonly string[]; refused: readonly string[] };

/** The usual capabilities, with `cap_add`, without `cap_drop`, as far as the operator allows them. */
export function grantCaps(
  wanted: { add: readonly string[]; drop: readonly string[] },
  allowed: readonly string[],
): GrantedCaps {
  const add = wanted.add.map(plainCap);
  const drop = wanted.drop.map(plainCap);
  const allows = (cap: string) => allowed.includes('all') || allowed.includes(cap);
  if (add.includes('all')) return { kept: 'all', asked: ['all'], refused: allows('all') ? [] : ['all'] };
  const usual = drop.includes('all') ? [] : USUAL_CAPS;
  const effective = [...new Set([...usual, ...add])].filter((cap) => !drop.includes(cap) || add.includes(cap));
  // The operator may take away from what everybody gets without asking.
  const refused = add.filter((cap) => !allows(cap));
  return { kept: effective.filter(allows), asked: add.filter(allows), refused };
}

/** All that Linux has (capabilities(7)), up to those that every supported kernel and runtime knows. */
export const ALL_CAPS: readonly string[] =
  `audit_control audit_read audit_write block_suspend chown dac_override dac_read_search fowner fsetid ipc_lock ipc_owner kill lease
   linux_immutable mac_admin mac_override mknod net_admin net_bind_service net_broadcast net_raw setfcap setgid setpcap setuid sys_admin sys_boot
   sys_chroot sys_module sys_nice sys_pacct sys_ptrace sys_rawio sys_resource sys_time sys_tty_config syslog wake_alarm`.split(
    /\s+/,
  );
