import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportAt, floats, startRelay, startRelayIn, tinyResnet } from '../../relay/splitChain';
import { inferBinary } from '../../relay/v2Client';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { freePort } from '../../support/freePort';

const root = resolve(import.meta.dirname, '../../..');
const input = () => {
  const bytes = new Uint8Array(floats(3 * 64 * 64, 1).buffer);
  return { name: 'x', datatype: 'FP32', shape: [1, 3, 64, 64], bytes };
};

describe('a chain on this machine', () => {
  let bundled: Bundled;
  let split: ReturnType<typeof exportAt>;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    split = exportAt(tinyResnet, [0.3, 0.7]);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    split.remove();
    await bundled.remove();
  });

  /** Starts `dnnsplit run` on a free port and resolves with its address once it says that. */
  async function run(...args: string[]) {
    const port = await freePort();
    const child = spawn(
      process.execPath,
      [bundled.program('cli'), 'run', split.directory, '-p', String(port), ...args],
      { cwd: root, env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root } },
    );
    children.push(child);
    let said = '';
    let logged = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      logged += text;
    });
    for await (const text of child.stdout.setEncoding('utf8')) {
      said += text;
      if (said.includes('/infer')) break;
    }
    if (!said.includes('/infer')) throw new Error(`it ended: ${logged}`);
    return { base: `http://127.0.0.1:${port}`, child, said, logged: () => logged };
  }

  it('answers over links as slow as the plan says, tells how to ask, and ends with Ctrl+C', async () => {
    const { base, child, said, logged } = await run();
    expect(said).toContain(`tiny-resnet is available at ${base}`);
    expect(said).toMatch(/curl --data @- http/);
    await inferBinary(base, 'tiny-resnet', [input()]);
    const start = performance.now();
    expect((await inferBinary(base, 'tiny-resnet', [input()])).status).toBe(200);
    // Two links of 1 ms each; the tensors at the cuts take further milliseconds at 100 Mbit/s.
    const [first, second] = split.plan.links;
    expect(performance.now() - start).toBeGreaterThan(0.9 * ((first?.transferMs ?? 0) + (second?.transferMs ?? 0)));
    const ports = [...logged().matchAll(/ listens on http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
    expect(ports).toHaveLength(3);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    for (const port of ports) await expect(fetch(`http://127.0.0.1:${port}/v2/health/live`)).rejects.toThrow();
  });

  it.skipIf(process.platform !== 'linux')('ends with a sentence when one of its relays does', async () => {
    const { child, logged } = await run('--no-shaping');
    const victim = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(logged())?.[1];
    expect(victim).toBeDefined();
    const ended = once(child, 'exit');
    const { execFileSync } = await import('node:child_process');
    const pids = execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    expect(pids).toHaveLength(3);
    process.kill(Number(pids[1]), 'SIGKILL');
    expect((await ended)[0]).toBe(2);
    expect(logged()).toMatch(/dnnsplit: A relay stopped unexpectedly/);
  });

  it.skipIf(process.platform === 'win32').each(['SIGHUP', 'SIGKILL'] as const)(
    'leaves no relay behind where it is ended by %s',
    async (signal) => {
      const { child, logged } = await run('--no-shaping');
      const ports = [...logged().matchAll(/ listens on http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
      expect(ports).toHaveLength(3);
      child.kill(signal);
      const answers = (port: number) =>
        fetch(`http://127.0.0.1:${port}/v2/health/live`).then(
          () => true,
          () => false,
        );
      const someAnswer = async () => (await Promise.all(ports.map(answers))).includes(true);
      await expect.poll(someAnswer, { timeout: 10_000 }).toBe(false);
    },
  );

  it('ends a relay that hears its input at once where that is a file, which has ended already', () => {
    const contract = split.contractPaths[2] ?? '';
    const args = [bundled.program('relay'), contract, '--port', '0', '--stop-with-input'];
    const ended = spawnSync(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root },
      encoding: 'utf8',
      // Of one that does not hear it.
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    expect([ended.status, ended.stderr]).toEqual([0, expect.stringMatching(/stopping after the running requests\n$/)]);
  });

  it('verifies a link that rounds within the tolerance that is given', () => {
    const rounded = exportAt(tinyResnet, [0.5], { wire: 'float16' });
    const verify = (...args: string[]) =>
      spawnSync(process.execPath, [bundled.program('cli'), 'verify', rounded.directory, ...args], {
        cwd: root,
        env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root },
        encoding: 'utf8',
      });
    const strict = verify();
    expect([strict.status, strict.stdout]).toEqual([
      1,
      expect.stringMatching(/Use --tolerance to allow small differences/),
    ]);
    const loose = verify('--tolerance', '0.01');
    expect([loose.status, loose.stdout]).toEqual([0, expect.stringMatching(/within a tolerance of 0\.01/)]);
    expect(JSON.parse(verify('--tolerance', '0.01', '--json').stdout)).toMatchObject({
      identical: false,
      withinTolerance: true,
      optimization: 'disabled',
      outputs: [{ beyondTolerance: 0, topOneAgreement: 1 }],
    });
    const served = verify('--serving', '--tolerance', '0.01');
    expect([served.status, served.stdout]).toEqual([0, expect.stringMatching(/ran optimized, as they are served/)]);
    expect(verify('--tolerance', 'much').status).toBe(2);
    rounded.remove();
  });

  it('serves one tier by its contract, and refuses what is unsafe', async () => {
    const relay = await startRelay(bundled.program('relay'), split.contractPaths[2] ?? '', '--port', '0');
    expect((await fetch(`${relay.base}/v2/health/ready`)).status).toBe(200);
    await relay.end();
    const contract = split.contractPaths[0] ?? '';
    const refusal = startRelay(bundled.program('relay'), contract, '--port', '0', '--host', '0.0.0.0');
    await expect(refusal).rejects.toThrow(/lets other machines in\. Use --token-file/);
    const refuses = (value: string) =>
      expect(
        startRelayIn(
          { DNNSPLIT_ALLOW_ANONYMOUS: value },
          bundled.program('relay'),
          contract,
          ...['--port', '0', '--host', '0.0.0.0'],
        ),
      ).rejects;
    await refuses('false').toThrow(/lets other machines in\. Use --token-file/);
    await refuses('maybe').toThrow(/DNNSPLIT_ALLOW_ANONYMOUS is "maybe", but must be true or false/);
    await expect(startRelay(bundled.program('relay'), contract, '--port', '0')).rejects.toThrow(
      /Name the tier above with --upstream/,
    );
    const missing = startRelay(bundled.program('relay'), join(split.directory, 'none.json'), '--port', '0');
    await expect(missing).rejects.toThrow(/There is no contract at .*none\.json/);
  });

  it('runs its part in an inference server beside it', async () => {
    // A relay of a chain of one tier is a server of the whole model, by the protocol that engines speak.
    const whole = exportAt(tinyResnet, []);
    const engine = await startRelay(bundled.program('relay'), whole.contractPaths[0] ?? '', '--port', '0');
    const front = await startRelay(
      bundled.program('relay'),
      whole.contractPaths[0] ?? '',
      ...['--port', '0', '--engine', engine.base, '--engine-model', 'tiny-resnet'],
    );
    const [direct, through] = await Promise.all(
      [engine, front].map(({ base }) => inferBinary(base, 'tiny-resnet', [input()])),
    );
    expect(through?.status).toBe(200);
    expect(through?.outputs).toEqual(direct?.outputs);
    await engine.end('SIGKILL');
    const gone = await inferBinary(front.base, 'tiny-resnet', [input()]);
    expect([gone.status, gone.error]).toEqual([
      502,
      expect.stringMatching(/^The engine of this tier cannot be reached/),
    ]);
    await front.end();
    whole.remove();
  });
});
