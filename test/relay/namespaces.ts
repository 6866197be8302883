import { spawnSync } from 'node:child_process';

/** A network of its own on this machine, joined to the rest by one cable. */
export interface Namespace {
  /** Address of what runs inside. */
  readonly inside: string;
  /** Address of this machine, as seen from inside. */
  readonly outside: string;
  /** What starts a program inside. */
  readonly command: readonly string[];
  remove(): void;
}

/** Why there are no network namespaces here, in words; nothing where there are. */
export function namespacesMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  const name = `dnnsplit-${process.pid}-try`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'needs ip netns';
  spawnSync('ip', ['netns', 'del', name]);
  return undefined;
}

/** @param index tells the namespaces of one process apart @throws Error where it cannot be made */
export function createNamespace(index: number): Namespace {
  const name = `dnnsplit-${process.pid}-${index}`;
  const [here, there] = [`dns${process.pid % 1e6}h${index}`, `dns${process.pid % 1e6}n${index}`];
  // Of their own for each process: two that share addresses would reach each other's servers.
  const network = `10.${100 + (process.pid % 150)}.${index}`;
  const [outside, inside] = [`${network}.1`, `${network}.2`];
  ip('netns', 'add', name);
  ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there);
  ip('link', 'set', there, 'netns', name);
  ip('addr', 'add', `${outside}/24`, 'dev', here);
  ip('link', 'set', here, 'up');
  ip('-n', name, 'addr', 'add', `${inside}/24`, 'dev', there);
  ip('-n', name, 'link', 'set', there, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  return {
    inside,
    outside,
    command: ['ip', 'netns', 'exec', name, process.execPath],
    // Its end of the cable goes with it, and the other end with that.
    remove: () => ip('netns', 'del', name),
  };
}

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}
