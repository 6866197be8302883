#!/usr/bin/env node
/** `dnnsplit` of a checkout, for `npm install -g .`: builds the program where nobody has yet, and runs it. */
import './checkNode.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const program = resolve(import.meta.dirname, '../dist/cli.js');
if (!existsSync(program)) {
  for (const step of ['ready.mjs', 'bundle.mjs']) {
    // Standard output is for the answer of the command alone.
    const { status } = spawnSync(process.execPath, [resolve(import.meta.dirname, step)], { stdio: ['ignore', 2, 2] });
    if (status !== 0) process.exit(2);
  }
}
process.argv[1] = program;
createRequire(import.meta.url)(program);
