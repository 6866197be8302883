import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundled, bundlePrograms, commandLine } from '../../support/bundled';

const has = (program: string) => spawnSync(program, ['--version']).status === 0;

describe('completion in a shell', () => {
  let bundled: Bundled;
  const script = (shell: string) => {
    const { stdout, status } = spawnSync(process.execPath, [bundled.program('cli'), 'completion', shell], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    const path = join(bundled.folder, `completion.${shell}`);
    writeFileSync(path, stdout);
    return { path, text: stdout };
  };
  beforeAll(async () => {
    bundled = await bundlePrograms(commandLine);
  });
  afterAll(() => bundled.remove());

  it.skipIf(!has('bash'))('of bash offers commands, options and values', () => {
    const { path } = script('bash');
    const offered = (...words: string[]) => {
      const typed = words.map((word) => `'${word}'`).join(' ');
      const test = `. '${path}'; COMP_WORDS=(dnnsplit ${typed}); COMP_CWORD=${words.length}; _dnnsplit; echo "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', test], { encoding: 'utf8' });
      expect(stderr).toBe('');
      return stdout.trim().split(' ');
    };
    expect(offered('pl')).toEqual(['plan']);
    expect(offered('')).toEqual(expect.arrayContaining(['analyze', 'compare', 'presets', 'serve', 'completion']));
    expect(offered('')).not.toContain('profile-process');
    expect(offered('plan', '--c')).toEqual(['--config', '--cut', '--cut-at', '--compare']);
    expect(offered('graph', '--theme', '')).toEqual(['light', 'dark']);
    expect(offered('plan', 'tiny')).toEqual(['']);
  });

  it.each(['zsh', 'fish'])('of %s knows every command and option', (shell) => {
    const { path, text } = script(shell);
    for (const word of ['compare', 'fail-on', 'theme', 'light dark']) expect(text).toContain(word);
    if (has(shell))
      expect(spawnSync(shell, ['-n', path], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('of another shell is refused', () => {
    const { status, stderr } = spawnSync(process.execPath, [bundled.program('cli'), 'completion', 'cmd'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
  });
});
