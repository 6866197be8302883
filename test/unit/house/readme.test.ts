import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';

const root = resolve(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The first block of code of a language. */
function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(readme)?.[1] ?? '';
}

/** The lines of the tour that call the command line, without their comments. */
const tour = block('sh')
  .split('\n')
  .filter((line) => line.startsWith('dnnsplit '))
  .map((line) =>
    line
      .replace(/\s+#.*$/, '')
      .split(' ')
      .slice(1),
  );

describe('the README', () => {
  let bundled: Bundled;
  let folder: string;
  const run = (...args: readonly string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [bundled.program('cli'), ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, stderr };
  };

  beforeAll(async () => {
    bundled = await bundlePrograms({ ...commandLine, relay: 'src/relay/main.ts' });
    folder = mkdtempSync(join(tmpdir(), 'dnnsplit-readme-'));
    for (const name of ['dnnsplit.json', 'mobilenetv2.onnx', 'resnet152.onnx', 'tiny-resnet.onnx']) {
      cpSync(join(root, 'test/workspace', name), join(folder, name));
    }
    // Its commands are for a checkout, which has ONNX Runtime.
    const runtime = join(bundled.folder, 'node_modules/onnxruntime-node');
    mkdirSync(dirname(runtime), { recursive: true });
    symlinkSync(join(root, 'node_modules/onnxruntime-node'), runtime, 'dir');
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'node_modules/onnxruntime-node'), join(folder, 'node_modules/onnxruntime-node'), 'dir');
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await bundled.remove();
  });

  it('has a tour whose every command works', async () => {
    expect(tour.length).toBeGreaterThan(9);
    for (const args of tour) {
      if (args[0] === 'run') await runsUntilStopped(args);
      else expect(run(...args), args.join(' ')).toMatchObject({ status: 0, stderr: '' });
    }
    for (const made of ['mobilenetv2.svg', 'tiny-split/edge/contract.json', 'deploy/triton', 'pi.profile.json']) {
      expect(existsSync(join(folder, made)), made).toBe(true);
    }
  });

  async function runsUntilStopped(args: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [bundled.program('cli'), ...args, '--port', '0'], { cwd: folder });
    const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    expect(String(said)).toMatch(/is available at http/);
    child.kill('SIGINT');
    expect((await once(child, 'exit'))[0]).toBe(0);
  }

  it('has a configuration that works as it stands', () => {
    const config = join(folder, 'readme/dnnsplit.json');
    mkdirSync(dirname(config), { recursive: true });
    writeFileSync(config, block('jsonc'));
    for (const model of ['mobilenetv2.onnx', 'resnet152.onnx', 'tiny-resnet.onnx']) {
      expect(run('plan', model, '--config', config), model).toMatchObject({ status: 0, stderr: '' });
    }
  });

  it('names scripts and files that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const named = [...readme.matchAll(/npm (?:run ([a-z]+)|(start|test)\b)/g)];
    expect(named.length).toBeGreaterThan(3);
    for (const [, script, short] of named) expect(scripts).toHaveProperty(script ?? short ?? '');
    const links = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(5);
    for (const path of links) expect(existsSync(join(root, path)), path).toBe(true);
  });
});
