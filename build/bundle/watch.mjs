import * as esbuild from 'esbuild';
import { writeMessages, writeSchemas } from './documents.mjs';
import { programs } from './programs.mjs';

/** Builds every program again whenever a source changes, until the process is ended. */
export async function watch() {
  let running = 0;
  const report = {
    name: 'report',
    setup: (/** @type {esbuild.PluginBuild} */ build) => {
      build.onStart(() => {
        // The lines by which the task in .vscode/tasks.json knows that a build begins and ends.
        if (running++ === 0) console.log('Build started');
      });
      build.onEnd(async ({ errors, warnings }) => {
        for (const message of errors) console.log(messageLine(message, 'error'));
        for (const message of warnings) console.log(messageLine(message, 'warning'));
        if (errors.length === 0)
          await Promise.all([writeSchemas({ isSmall: false }), writeMessages()]).catch((error) => console.log(error));
        if (--running === 0) console.log('Build finished');
      });
    },
  };
  for (const program of programs(false)) {
    const context = await esbuild.context({ ...program, plugins: [...(program.plugins ?? []), report] });
    await context.watch();
  }
}

/** A message as the task in .vscode/tasks.json reads it. @param {Pick<esbuild.Message, 'text' | 'location'>} message @param {string} severity */
export function messageLine({ text, location }, severity) {
  const place = location === null ? 'build/bundle.mjs:1:1' : `${location.file}:${location.line}:${location.column + 1}`;
  return `${place}: ${severity}: ${text}`;
}
