import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { analyzeFile } from '../../src/app/model/analyzeFile';
import { settingsOf } from '../../src/app/model/configuredModel';
import { planAnalyzed, planText } from '../../src/app/plan/planAnalyzed';
import { prepareSplit, writeSplit } from '../../src/app/split/deploySplit';
import { readSplit } from '../../src/app/split/verifySplit';
import { parseConfig } from '../../src/shared/documents/parseConfig';
import { requireDocument } from '../../src/shared/documents/parsedDocument';
import { parsePlan } from '../../src/shared/documents/parsePlan';
import type { PlanDocument } from '../../src/shared/documents/plan';

const root = resolve(import.meta.dirname, '../..');
export const tinyResnet = resolve(root, 'test/workspace/tiny-resnet.onnx');

export interface PlanOptions {
  readonly wire?: 'original' | 'float16' | 'int8';
  readonly dimensions?: Readonly<Record<string, number>>;
  readonly tierIds?: readonly string[];
}

/** A plan of a model with its cuts at these places of the order, each from 0 to 1. */
export function planAt(modelPath: string, places: readonly number[], options: PlanOptions = {}): PlanDocument {
  const ids = options.tierIds ?? ['device', 'edge', 'cloud', 'core'];
  const text = JSON.stringify({
    tiers: Array.from({ length: places.length + 1 }, (_, index) => ({
      id: ids[index],
      gflops: 10 ** index,
      memoryGB: 8,
    })),
    links: places.map(() => ({ bandwidthMbps: 100, latencyMs: 1 })),
    wire: { dtype: options.wire ?? 'original' },
    dimensions: options.dimensions ?? {},
  });
  const config = requireDocument(parseConfig(text), 'invalid-config', 'dnnsplit.json');
  const settings = settingsOf(modelPath, { path: undefined, config, profiles: new Map() });
  const analyzed = analyzeFile(modelPath, settings.bindings);
  const cuts = places.map((place) => Math.round(place * analyzed.graph.nodes.length));
  const planned = planAnalyzed(analyzed, settings, { cuts }, { skipRegimes: true, skipCertificate: true });
  const planPath = `${modelPath}.splitplan.json`;
  return requireDocument(parsePlan(planText(planned, planPath)), 'invalid-plan', planPath);
}

/** The sub-models of such a plan in a temporary folder. */
export function exportAt(modelPath: string, places: readonly number[], options: PlanOptions = {}) {
  const plan = planAt(modelPath, places, options);
  const directory = mkdtempSync(join(tmpdir(), 'dnnsplit-chain-'));
  writeSplit(prepareSplit(plan, `${modelPath}.splitplan.json`), { directory, overwrite: false });
  return { ...readSplit(directory), directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

export interface RelayProcess {
  readonly base: string;
  readonly port: number;
  readonly pid: number;
  /** Port of gRPC, where it is served. */
  readonly grpcPort: number;
  /** Ends the process: SIGKILL as a crash would. */
  readonly end: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts `relay.js` and waits until it listens. ONNX Runtime is found from the repository's root. */
export function startRelay(program: string, contract: string, ...args: string[]): Promise<RelayProcess> {
  return startRelayIn({}, program, contract, ...args);
}

/** The same, with further variables in its environment. */
export function startRelayIn(
  environment: Readonly<Record<string, string>>,
  program: string,
  contract: string,
  ...args: string[]
): Promise<RelayProcess> {
  return startRelayBy([process.execPath], environment, program, contract, ...args);
}

/** The same, by a command that starts Node.js. */
export async function startRelayBy(
  [command = process.execPath, ...first]: readonly string[],
  environment: Readonly<Record<string, string>>,
  program: string,
  contract: string,
  ...args: string[]
): Promise<RelayProcess> {
  const child = spawn(command, [...first, program, contract, ...args], {
    cwd: root,
    env: { ...process.env, DNNSPLIT_RUNTIME_FOLDER: root, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const wantsGrpc = args.includes('--grpc-port');
  const [port, grpcPort] = await new Promise<[number, number]>((done, fail) => {
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const found = / listens on \S+:(\d+)/.exec(text)?.[1];
      const grpc = / gRPC on \S+:(\d+)/.exec(text)?.[1];
      if (found !== undefined && (grpc !== undefined || !wantsGrpc)) done([Number(found), Number(grpc)]);
    });
    child.once('exit', () => fail(new Error(`the relay ended: ${text}`)));
  });
  return {
    base: `http://127.0.0.1:${port}`,
    port,
    grpcPort,
    pid: child.pid ?? 0,
    end: async (signal = 'SIGINT') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

/** Deterministic float32 values in [-1, 1). */
export function floats(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
