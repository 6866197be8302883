import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import * as z from 'zod';
import { externalLocations } from '../../engine/onnx/externalLocations';
import { resolveExternalData } from '../../files/externalData';
import { inputRanges } from '../../runtime/inputRanges';
import { type MeasuredAnswer, type MeasuringOrder, measuringLineSchema } from '../../runtime/measuring/answers';
import { checkWeights, modelInputs } from '../../runtime/profiling/modelInputs';
import { DnnSplitError } from '../../shared/errors';
import { say } from '../../shared/messages/say';
import { parsedJson } from '../../shared/parsedJson';
import type { AnalyzedModel } from '../analyzeFile';
import { type ChunkedFile, chunkedFile, versionOf } from '../push/bundleChunks';
import { type RemoteHost, runRemotely, startRemotely } from '../push/remoteHost';
import { assemblyList, sendPieces, succeeded } from '../push/sendPieces';
import { type LinkFigures, measureLink } from './measureLink';
import { gatherScript, lookScript, removeScript, startScript } from './measureScripts';

export interface MeasureOptions {
  readonly host: RemoteHost;
  /** The program that measures, on this machine. */
  readonly program: string;
  /** Folder there, relative to the home folder there unless it is absolute. */
  readonly folder: string;
  /** Leaves program and model there, for the next time. */
  readonly keeps: boolean;
  readonly order: Pick<MeasuringOrder, 'runs' | 'warmup' | 'threads' | 'optimization'>;
  /** Folder there whose `node_modules` holds ONNX Runtime, where a person named one. */
  readonly runtimeFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
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

/**
 * Runs a model on another machine with all its operators timed, and measures the way there. Program and model are copied in
 * pieces known by their checksums, so that an attempt that was broken off goes on; afterwards nothing is left there.
 * @throws DnnSplitError `file-system`, `missing-runtime`, `bad-usage`, `worker-crashed`, `canceled`
 */
export async function measureThere(model: AnalyzedModel, options: MeasureOptions): Promise<MeasuredThere> {
  const { host, folder, keeps, signal } = options;
  checkWeights(model.inferred.model, model.path);
  const files = filesOf(model, options.program);
  const version = versionOf(files);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const isThere = await look(options, version, bytes);
  let sentBytes = 0;
  if (!isThere) {
    sentBytes = await sendPieces(host, folder, files, signal);
    succeeded(host, await runRemotely(host, gatherScript, [folder, version], [assemblyList(files)], signal));
  }
  try {
    const answer = await profileThere(model, options, version);
    const link = await linkThere(options, version);
    return { answer, link, sentBytes, bytes };
  } finally {
    if (!keeps) await runRemotely(host, removeScript, [folder, version]).catch(() => undefined);
  }
}

/** The program, and the model with its weights under names that fit it. */
function filesOf({ path, inferred }: AnalyzedModel, program: string): ChunkedFile[] {
  const weights = [...externalLocations(inferred.model)].sort();
  for (const location of weights) {
    if (/[\p{Cc}]/u.test(location)) {
      throw new DnnSplitError('external-data', say('measure.weightsName', { model: basename(path) }), { path });
    }
  }
  return [
    chunkedFile('measure.js', program, 0o644),
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
  { host, folder, runtimeFolder = '', signal }: MeasureOptions,
  version: string,
  bytes: number,
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
  if (!machine.hasRuntime) throw new DnnSplitError('missing-runtime', say('measure.noRuntime', { host: destination }));
  const freeKB = Number(/^free (\d{1,15})$/m.exec(answer.output)?.[1] ?? Number.NaN);
  // The pieces are there together with what is made of them.
  const neededKB = Math.ceil((2 * bytes) / 1024);
  if (!isThere && freeKB < neededKB) {
    const facts = { host: destination, free: Math.floor(freeKB / 1024), needed: Math.ceil(neededKB / 1024) };
    throw new DnnSplitError('file-system', say('measure.noSpace', facts));
  }
  return isThere;
}

async function profileThere(model: AnalyzedModel, options: MeasureOptions, version: string): Promise<MeasuredAnswer> {
  const { host, folder, order, runtimeFolder, signal, onProgress } = options;
  const { runs, warmup, threads, optimization } = order;
  const task: MeasuringOrder = {
    modelFile: modelName,
    inputs: modelInputs(model.inferred).map(({ name, dtype, shape }) => ({ name, dtype, shape: [...shape] })),
    ranges: { ...inputRanges(model.inferred) },
    ...{ runs: runs + warmup, warmup, threads, optimization },
    ...(runtimeFolder !== undefined && { runtimeFolder }),
  };
  const hear = (text: string) => {
    const [, done, of] = /\{"done":(\d{1,9}),"of":(\d{1,9})\}\s*$/.exec(text) ?? [];
    if (done !== undefined) onProgress?.(Math.min(1, Number(done) / Math.max(1, Number(of))));
  };
  const write = [new TextEncoder().encode(`${JSON.stringify(task)}\n`)];
  const answer = await runRemotely(host, startScript, [folder, version, 'profile'], write, signal, hear);
  const said = measuringLineSchema.safeParse(parsedJson(lastLine(answer.output))).data;
  if (said !== undefined && 'measured' in said) return said.measured;
  if (said !== undefined && 'failed' in said) {
    const facts = { host: host.destination, reason: said.failed };
    throw new DnnSplitError('unsupported-model', say('measure.failed', facts));
  }
  if (answer.code === 0) throw strangeAnswer(host.destination);
  const facts = { host: host.destination, code: answer.code };
  throw new DnnSplitError('worker-crashed', say('measure.crashed', facts), undefined, answer.errors);
}

async function linkThere({ host, folder, signal }: MeasureOptions, version: string): Promise<LinkFigures> {
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
