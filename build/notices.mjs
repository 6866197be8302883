import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The licenses of every npm package whose code is in the bundles, as one text.
 * @param {string} root the repository
 * @param {readonly import('esbuild').Metafile[]} metafiles of the bundles
 * @returns {Promise<string>}
 */
export async function thirdPartyNotices(root, metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const path of Object.keys(inputs)) {
      const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path);
      if (match !== null) folders.add(match[0]);
    }
  }
  const parts = await Promise.all([...folders].sort().map((folder) => noticeOf(join(root, folder))));
  return ['Software of others that DNNSplit contains, unmodified, with its licenses.', ...parts].join('\n\n');
}

/** @param {string} folder of one installed package */
async function noticeOf(folder) {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const source =
    typeof manifest.repository === 'string' ? manifest.repository : (manifest.repository?.url ?? manifest.homepage);
  const head = `${manifest.name} ${manifest.version}\nLicense: ${manifest.license ?? 'see below'}\nSource: ${source ?? 'npm'}`;
  return ['-'.repeat(80), head, ...texts.map((text) => text.trim())].join('\n\n');
}
