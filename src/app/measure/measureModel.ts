import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import * as z from 'zod';
import { resolveExternalData } from '../../files/externalData';
import { type MeasuredAnswer, measuringLineSchema } from '../../runtime/measuring/answers';
import { say } from '../../shared/messages/say';
import { parsedJson } from '../../shared/parsedJson';
import { DnnSplitError } from '../../shared/work/errors';
import { type ChunkedFile, chunkedFile, versionOf } from '../push/bundleChunks';
import { type RemoteHost, runRemotely, startRemotely } from '../push/remoteHost';
import { assemblyList, sendPieces, succeeded } from '../push/sendPieces';
import { type LinkFigures, measureLink } from './measureLink';
import { gatherScript, lookScript, removeScript, startScript } from './measureScripts';
import { type MeasurableModel, type MeasuringRuns, measuringOrder } from './measuringOrder';

export interface ThereOptions {
  readonly host: RemoteHost;
  /** The program that measures (the relay's), on this machine. */
  readonly program: string;
  /** Folder there, relative to the home folder there unless it is absolute. */
  readonly folder: string;
  /** Leaves program and model there, for the next time. */
  readonly keeps: boolean;
  /** Folder there whose `node_modules` holds ONNX Runtime, where a person named one. */
  readonly runtimeFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface MeasureOptions extends ThereOptions {
  readonly order: MeasuringRuns;
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export interface MeasuredThere {
  readonly answer: MeasuredAnswer;
  readonly link: LinkFigures;
  /** What had to be sent, of all that is needed there. */
  readonly sentBytes: number;
  readonly bytes: number;
}

const modelName = 'model/model.onnx';

/** Where OpenSSH's client puts what is measured there, in the home folder of whoever it logs in as. */
export const measureFolder = '.dnnsplit-measure';

/**
 * Runs a model on another machine with all its operators timed, and measures the way there. Program and model are copied in
 * pieces known by their checksums, so that an attempt that was broken off goes on; afterwards nothing is left there.
 * @throws DnnSplitError `file-system`, `missing-runtime`, `bad-usage`, `worker-crashed`, `canceled`
 */
export async function measureThere(model: MeasurableModel, options: MeasureOptions): Promise<MeasuredThere> {
  return await withFilesThere(filesOf(model, options.program), options, true, async (version) => {
    const answer = await profileThere(model, options, version);
    return { answer, link: await linkThere(options, version) };
  });
}

/** Measures the way to another machine alone. @throws DnnSplitError as `measureThere` */
export async function measureLinkThere(options: ThereOptions): Promise<LinkFigures> {
  const files = [programFile(options.program)];
  const { link } = await withFilesThere(files, options, false, async (version) => ({
    link: await linkThere(options, version),
  }));
  return link;
}

/** Does something with files that are there meanwhile. @param runsModel whether ONNX Runtime must be there too */
async function withFilesThere<Result>(
  files: readonly ChunkedFile[],
  options: ThereOptions,
  runsModel: boolean,
  use: (version: string) => Promise<Result>,
): Promise<Result & Pick<MeasuredThere, 'sentBytes' | 'bytes'>> {
  const { host, folder, keeps, signal } = options;
  const version = versionOf(files);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const isThere = await look(options, version, bytes, runsModel);
  let sentBytes = 0;
  if (!isThere) {
    sentBytes = await sendPieces(host, folder, files, signal);
    succeeded(host, await runRemotely(host, gatherScript, [folder, version], [assemblyList(files)], signal));
  }
  try {
    return { ...(await use(version)), sentBytes, bytes };
  } finally {
    if (!keeps) await runRemotely(host, removeScript, [folder, version]).catch(() => undefined);
  }
}

function programFile(program: string): ChunkedFile {
  return chunkedFile('relay.js', program, 0o644);
}

/** The program, and the model with its weights under names that fit it. */
function filesOf({ path, weights }: MeasurableModel, program: string): ChunkedFile[] {
  for (const location of weights) {
    if (/[\p{Cc}]/u.test(location)) {
      throw new DnnSplitError('external-data', say('measure.weightsName', { model: basename(path) }), { path });
    }
  }
  return [
    programFile(program),
    chunkedFile(modelName, path, 0o600),
    ...weights.map((location) => chunkedFile(`model/${location}`, resolveExternalData(path, location), 0o600)),
  ];
}

const machineSchema = z.object({
  node: z.string().regex(/^\d{1,4}\.\d{1,6}\.\d{1,6}/),
  arch: z.string().max(20),
  hasRuntime: z.boolean(),
});
const leastNode = 20;
/** Characters of what a machine says of itself. */
const mostLookedAt = 10_000;

/** @returns whether the model is there already @throws DnnSplitError for a machine that cannot measure */
async function look(
  { host, folder, runtimeFolder = '', signal }: ThereOptions,
  version: string,
  bytes: number,
  runsModel: boolean,
): Promise<boolean> {
  const { destination } = host;
  const answer = await runRemotely(host, lookScript, [folder, version, runtimeFolder], [], signal);
  const lines = succeeded(host, answer).slice(0, mostLookedAt).split('\n');
  const isThere = lines.includes('present');
  if (lines.includes('no node'))
    throw new DnnSplitError('missing-runtime', say('measure.noNode', { host: destination }));
  const machine = machineSchema.safeParse(parsedJson(lines.find((line) => line.startsWith('{')) ?? '')).data;
  if (machine === undefined) throw strangeAnswer(destination);
  if (Number.parseInt(machine.node, 10) < leastNode) {
    const facts = { host: destination, version: machine.node, needed: leastNode };
    throw new DnnSplitError('missing-runtime', say('measure.oldNode', facts));
  }
  if (['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390'].includes(machine.arch)) {
    throw new DnnSplitError('missing-runtime', say('measure.narrow', { host: destination, arch: machine.arch }));
  }
  if (runsModel && !machine.hasRuntime)
    throw new DnnSplitError('missing-runtime', say('measure.noRuntime', { host: destination }));
  const freeKB = Number(/^free (\d{1,15})$/m.exec(answer.output)?.[1] ?? Number.NaN);
  // The pieces are there together with what is made of them.
  const neededKB = Math.ceil((2 * bytes) / 1024);
  if (!isThere && freeKB < neededKB) {
    const facts = { host: destination, free: Math.floor(freeKB / 1024), needed: Math.ceil(neededKB / 1024) };
    throw new DnnSplitError('file-system', say('measure.noSpace', facts));
  }
  return isThere;
}

async function profileThere(model: MeasurableModel, options: MeasureOptions, version: string): Promise<MeasuredAnswer> {
  const { host, folder, order, runtimeFolder, signal, onProgress } = options;
  const task = measuringOrder({ ...model, path: modelName }, order, runtimeFolder);
  const hear = (text: string) => {
    const said = /\{"progress":(\d(?:\.\d{1,20})?)\}\s*$/.exec(text)?.[1];
    if (said !== undefined) onProgress?.(Math.min(1, Number(said)));
  };
  const write = [new TextEncoder().encode(`${JSON.stringify(task)}\n`)];
  const answer = await runRemotely(host, startScript, [folder, version, 'profile'], write, signal, hear);
  const said = measuringLineSchema.safeParse(parsedJson(lastLine(answer.output))).data;
  if (said !== undefined && 'report' in said) return said.report;
  if (said !== undefined && 'error' in said) {
    const facts = { host: host.destination, reason: said.error.message.slice(0, 2000) };
    throw new DnnSplitError('unsupported-model', say('measure.failed', facts));
  }
  if (answer.code === 0) throw strangeAnswer(host.destination);
  const facts = { host: host.destination, code: answer.code };
  throw new DnnSplitError('worker-crashed', say('measure.crashed', facts), undefined, answer.errors);
}

async function linkThere({ host, folder, signal }: ThereOptions, version: string): Promise<LinkFigures> {
  const child = startRemotely(host, startScript, [folder, version, 'link'], signal);
  child.on('error', () => undefined);
  child.stderr.resume();
  try {
    return await measureLink(child);
  } finally {
    child.stdin.end();
    child.kill();
  }
}

/** What was said last; a hostile answer may have millions of lines before it. */
function lastLine(text: string): string {
  const end = text.endsWith('\n') ? text.length - 1 : text.length;
  return text.slice(text.lastIndexOf('\n', end - 1) + 1, end);
}

function strangeAnswer(host: string): DnnSplitError {
  return new DnnSplitError('worker-crashed', say('measure.strange', { host }));
}

/** Name of a profile that does not depend on who asks. */
export function profileFileName(model: string, tier: string): string {
  const plain = (name: string) => name.replace(/[^\w.-]+/g, '-').slice(0, 80);
  const own = createHash('sha256')
    .update(JSON.stringify([model, tier]))
    .digest('hex')
    .slice(0, 6);
  const isPlain = plain(model) === model && plain(tier) === tier;
  return `${plain(model)}.${plain(tier)}${isPlain ? '' : `-${own}`}.profile.json`;
}
