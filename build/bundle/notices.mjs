import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Packages that are published without the text of their license, and the notice of the repository that they come from. */
const noticesOfRepositories = new Map([['git+https://github.com/Microsoft/fast.git', 'fast.txt']]);

/**
 * The licenses of every npm package whose code is in the bundles, as one text; packages with the same license share it.
 * @param {string} root the repository
 * @param {readonly import('esbuild').Metafile[]} metafiles of the bundles
 * @returns {Promise<string>}
 * @throws Error where a package has no license text
 */
export async function thirdPartyNotices(root, metafiles) {
  const notices = await Promise.all(bundledPackages(metafiles).map((folder) => noticeOf(join(root, folder))));
  /** @type {Map<string, typeof notices>} */
  const byText = new Map();
  for (const notice of notices) {
    const key = notice.text.replaceAll(/\s+/g, ' ');
    byText.set(key, [...(byText.get(key) ?? []), notice]);
  }
  // Texts that begin alike side by side: they are packed into little more than one of them takes.
  const texts = [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, alike]) => alike);
  const parts = texts.map((alike) => ['-'.repeat(80), ...alike.map(({ head }) => head), alike[0]?.text].join('\n\n'));
  return [
    'Software of others that DNNSplit contains, without the parts that it does not use, with its licenses.',
    ...parts,
  ].join('\n\n');
}

/**
 * Folders of the npm packages whose code is in the bundles, relative to the repository, sorted.
 * @param {readonly import('esbuild').Metafile[]} metafiles
 */
export function bundledPackages(metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const path of Object.keys(inputs)) {
      const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path);
      if (match !== null) folders.add(match[0]);
    }
  }
  return /** @type {string[]} */ ([...folders].sort());
}

/**
 * Ends a program that travels alone with DNNSplit's own license and the notices of what it contains, as a comment.
 * @param {string} root @param {string} path of the program @param {import('esbuild').Metafile} metafile
 */
export async function appendNotices(root, path, metafile) {
  const own = `DNNSplit\n\n${await readFile(join(root, 'LICENSE'), 'utf8')}`;
  const text = [own.trim(), await thirdPartyNotices(root, [metafile])].join('\n\n').replaceAll('*/', '* /');
  const lines = text.split('\n').map((line) => ` * ${line}`.trimEnd());
  await writeFile(path, `${await readFile(path, 'utf8')}\n/*!\n${lines.join('\n')}\n */\n`);
}

/** @param {string} folder of one installed package */
async function noticeOf(folder) {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const source =
    typeof manifest.repository === 'string' ? manifest.repository : (manifest.repository?.url ?? manifest.homepage);
  const texts = await licenseTexts(folder, source);
  if (texts.length === 0) throw new Error(`${manifest.name} is bundled, and there is no text of its license.`);
  const head = `${manifest.name} ${manifest.version}\nLicense: ${manifest.license ?? 'see below'}\nSource: ${source ?? 'npm'}`;
  return { head, text: texts.map((text) => text.trim()).join('\n\n') };
}

/** @param {string} folder @param {string | undefined} source */
async function licenseTexts(folder, source) {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  const kept = names.length === 0 ? noticesOfRepositories.get(source ?? '') : undefined;
  const paths =
    kept === undefined ? names.map((name) => join(folder, name)) : [join(import.meta.dirname, 'licenses', kept)];
  return Promise.all(paths.map((path) => readFile(path, 'utf8')));
}
