import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportAt, type RelayProcess, startRelay, tinyResnet } from '../../relay/splitChain';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';
import { saidBy } from '../../support/saidBy';

const root = resolve(import.meta.dirname, '../../..');

describe('verification of a deployment that runs', () => {
  let bundled: Bundled;
  let split: ReturnType<typeof exportAt>;
  const relays: RelayProcess[] = [];
  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    split = exportAt(tinyResnet, [0.5]);
    writeFileSync(join(split.directory, 'token'), 'secret\n');
    const cloud = await start(split.contractPaths[1]);
    await start(split.contractPaths[0], '--upstream', cloud.base);
  });
  afterAll(async () => {
    for (const relay of relays) await relay.end('SIGKILL');
    split.remove();
    await bundled.remove();
  });

  async function start(contract = '', ...args: string[]): Promise<RelayProcess> {
    const relay = await startRelay(bundled.program('relay'), contract, '--port', '0', '--exact', ...args);
    relays.push(relay);
    return relay;
  }
  const base = () => relays[1]?.base ?? '';

  async function verify(folder: string, ...args: string[]) {
    const child = spawn(process.execPath, [bundled.program('cli'), 'verify', folder, ...args], {
      cwd: root,
      env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root },
    });
    const { code: status, said: output, logged: errors } = await saidBy(child);
    return { status, output, errors };
  }

  it('says that its answers have the bits of the whole model, and which tiers gave them', async () => {
    const told = await verify(split.directory, '--url', base());
    expect([told.errors, told.status]).toEqual(['', 0]);
    expect(told.output).toContain(
      `Answers of ${base()} are bit-identical to the unsplit model tiny-resnet: 3 random inputs over device, edge,`,
    );
    const report = JSON.parse((await verify(split.directory, '--url', base(), '--json')).output);
    expect(report).toMatchObject({
      identical: true,
      tiers: ['device', 'edge'],
      deployment: { url: base(), sameExport: true },
    });
    expect(report).not.toHaveProperty('optimization');
  });

  it('finds a deployment whose weights are others, and says that it is of another export', async () => {
    const other = exportAt(tinyResnet, [0.5]);
    const path = join(other.directory, 'edge', 'model.onnx');
    const bytes = readFileSync(path);
    // The last weights of the file: one bit of the classifier.
    const at = bytes.length - 2000;
    bytes[at] = (bytes[at] ?? 0) ^ 0x40;
    writeFileSync(path, bytes);
    const edge = await start(other.contractPaths[1]);
    const device = await start(other.contractPaths[0], '--upstream', edge.base);
    const wrong = await verify(other.directory, '--url', device.base);
    expect([wrong.status, wrong.output]).toEqual([1, expect.stringMatching(/ differ from the unsplit model /)]);
    expect(wrong.output).toContain('unless they are started with --exact');
    other.remove();

    const elsewhere = exportAt(tinyResnet, [0.3]);
    const told = await verify(elsewhere.directory, '--url', base());
    expect([told.status, told.output]).toEqual([0, expect.stringMatching(/serves another export of the model/)]);
    elsewhere.remove();
  });

  it('sends the token that it is given, and says what a deployment without it answers', async () => {
    const tokenFile = join(split.directory, 'token');
    const guarded = await start(split.contractPaths[0], '--upstream', relays[0]?.base ?? '', '--token-file', tokenFile);
    const refused = await verify(split.directory, '--url', guarded.base);
    expect([refused.status, refused.errors]).toEqual([
      2,
      expect.stringMatching(/gave no answer to compare\. The deployment answered 401: This relay requires a token/),
    ]);
    const given = await verify(split.directory, '--url', guarded.base, '--token-file', tokenFile);
    expect([given.errors, given.status]).toEqual(['', 0]);
  });

  it.each([
    [['--url', 'http://127.0.0.1:9'], /The deployment at http:\/\/127\.0\.0\.1:9 gave no answer/],
    [['--url', 'nowhere'], /"nowhere" is not a server address/],
    [['--token-file', 'x'], /Name its first tier with --url/],
    [['--url', 'http://127.0.0.1:9', '--serving'], /cannot be used with/],
  ])('refuses %j', async (args, sentence) => {
    const told = await verify(split.directory, ...args);
    expect([told.status, told.errors]).toEqual([2, expect.stringMatching(sentence)]);
  });
});
