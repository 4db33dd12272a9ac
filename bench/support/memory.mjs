// What the kernel says of processes.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** Proportional set size in MB: shared pages are divided among those who share them. */
export function pssMB(pid) {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
}

/** Seconds of CPU that a process has used. */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The same with the processes that it has started: nginx answers from workers. */
export function cpuSecondsWithWorkers(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [pid, ...children].reduce((sum, each) => sum + cpuSeconds(each), 0);
}

/** The process whose command line holds both texts. */
export function processWith(...texts) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return texts.every((text) => line.includes(text));
      } catch {
        return false;
      }
    });
}

/** Follows the memory of a process: the most that it had of its own (anonymous pages), and with its share of files that it maps (PSS), in MB. */
export function peakOf(pid, everyMs = 200) {
  const most = { ownMB: 0, pssMB: 0 };
  const look = () => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      most.ownMB = Math.max(most.ownMB, Number(/^RssAnon:\s+(\d+) kB/m.exec(status)[1]) / 1024);
      most.pssMB = Math.max(most.pssMB, pssMB(pid));
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, everyMs);
  return { stop: () => clearInterval(timer), megabytes: () => most };
}
