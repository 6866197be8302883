/** What a program takes from start to end: wall time, CPU time, and the most memory that it held. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {{ wallMs: number, cpuMs: number, mostMemoryMB: number }} Usage */

// On Linux the most memory of a new program starts at that of the program that started it; /proc knows its own.
const nodeProbe = `
process.on('exit', () => {
  const { existsSync, readFileSync, writeFileSync } = require('node:fs');
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const own = existsSync('/proc/self/status') && /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  const kilobytes = own ? Number(own[1]) : maxRSS;
  const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1e3, mostMemoryMB: kilobytes / 1024 };
  writeFileSync(process.env.DNNSPLIT_USAGE_FILE, JSON.stringify(usage));
});`;

const pythonProbe = `
import json, os, re, resource, sys
exec(sys.argv[1])
usage = resource.getrusage(resource.RUSAGE_SELF)
kilobytes = usage.ru_maxrss
if os.path.exists('/proc/self/status'):
    kilobytes = int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read()).group(1))
with open(os.environ['DNNSPLIT_USAGE_FILE'], 'w') as file:
    json.dump({'cpuMs': 1e3 * (usage.ru_utime + usage.ru_stime), 'mostMemoryMB': kilobytes / 1024}, file)
`;

/** Runs Node with some arguments. @param {readonly string[]} args @param {NodeJS.ProcessEnv} [environment] beyond this process's @returns {Usage} */
export function usageOfNode(args, environment = {}) {
  return inProbeFolder((folder, usageFile) => {
    const probe = join(folder, 'probe.cjs');
    writeFileSync(probe, nodeProbe);
    return run(process.execPath, ['--require', probe, ...args], usageFile, environment);
  });
}

/** Runs some Python. @param {string} code @returns {Usage} */
export function usageOfPython(code) {
  return inProbeFolder((_, usageFile) => run('python3', ['-c', pythonProbe, code], usageFile));
}

/** True where python3 has a module. @param {string} module */
export function pythonHas(module) {
  return spawnSync('python3', ['-c', `import ${module}`]).status === 0;
}

/** @param {string} program @param {readonly string[]} args @param {string} usageFile @param {NodeJS.ProcessEnv} [environment] @returns {Usage} */
function run(program, args, usageFile, environment) {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, args, {
    env: { ...process.env, ...environment, DNNSPLIT_USAGE_FILE: usageFile },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const wallMs = performance.now() - start;
  if (status !== 0) throw new Error(`${program} ${args.join(' ').slice(0, 200)} failed: ${stderr}`);
  return { wallMs, ...JSON.parse(readFileSync(usageFile, 'utf8')) };
}

/** @template Result @param {(folder: string, usageFile: string) => Result} use @returns {Result} */
function inProbeFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-usage-'));
  try {
    return use(folder, join(folder, 'usage.json'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
