import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EmulatedLink } from '../../src/relay/execution/emulatedLink';
import type { AdaptiveContract } from '../../src/shared/documents/contract';
import { requireDocument } from '../../src/shared/documents/parsedDocument';
import { parsePlan } from '../../src/shared/documents/parsePlan';
import { adaptiveContract, exportFunnel } from './adaptiveChain';
import { infer, type Outcome, requestOf, wholeAnswers } from './followingChain';
import { createNamespace } from './namespaces';
import { startSlowEngine } from './slowEngine';
import { type RelayProcess, startRelayBy } from './splitChain';

/** A device in a network of its own, with a link of its own to the edge. */
export interface SeparateDevice {
  readonly name: string;
  readonly link: EmulatedLink;
  infer(seed: number): Promise<Outcome>;
}

/** Devices that follow a policy or keep to one cut, in networks apart from the edge and the cloud that they share. */
export interface SeparateChain {
  readonly contract: AdaptiveContract;
  /** The one that follows its link. */
  readonly following: SeparateDevice;
  /** One per cut, in the order of the policy's regimes. */
  readonly fixed: readonly SeparateDevice[];
  killEdge(): Promise<void>;
  startEdge(): Promise<void>;
  stop(): Promise<void>;
}

/** Within this time every request of the device that follows is answered, whatever becomes of its link. */
export const answeredWithinMs = 12_000;
/** A device that keeps to one cut has no other answer for a link that is too slow: whoever asks it has to wait for longer. */
const fixedTimeoutMs = 120_000;

/** @param program the relay's, bundled */
export async function startSeparateChain(program: string): Promise<SeparateChain> {
  const split = exportFunnel();
  const folder = mkdtempSync(join(tmpdir(), 'dnnsplit-separate-'));
  const [devicePath = '', edgePath = '', cloudPath = ''] = split.contractPaths;
  const contract = adaptiveContract(devicePath);
  const expected = await wholeAnswers(split.modelPath);
  const requests = expected.map((_, seed) => requestOf(seed));
  const [below, above] = [createNamespace(1), createNamespace(2)];
  const engine = await startSlowEngine(below.outside, devicePath, contract, blockTimes(split.planPath, contract));
  const common = ['--exact', '--drain-ms', '0', '--allow-anonymous'];
  const startAbove = (path: string, port: number, ...more: string[]) =>
    startRelayBy(above.command, {}, program, path, '--host', '0.0.0.0', '--port', String(port), ...common, ...more);
  const cloud = await startAbove(cloudPath, 0);
  const edgeOptions = ['--upstream', `http://127.0.0.1:${cloud.port}`, '--timeout-ms', String(fixedTimeoutMs)];
  const startEdge = (port: number) => startAbove(edgePath, port, ...edgeOptions);
  let edge = await startEdge(0);
  const relays: RelayProcess[] = [cloud];
  const links: EmulatedLink[] = [];

  const startDevice = async (name: string, contractPath: string, timeoutMs: number): Promise<SeparateDevice> => {
    const link = new EmulatedLink({ targetHost: above.inside, targetPort: edge.port, bandwidthMbps: 50, latencyMs: 1 });
    links.push(link);
    const upstream = `http://${below.outside}:${await link.listen(below.outside)}`;
    const engineAddress = `http://${below.outside}:${engine.port}`;
    const relay = await startRelayBy(
      below.command,
      {},
      program,
      contractPath,
      ...['--host', '0.0.0.0', '--port', '0', '--upstream', upstream, '--engine', engineAddress, ...common],
      ...['--timeout-ms', String(timeoutMs)],
    );
    relays.push(relay);
    const base = `http://${below.inside}:${relay.port}`;
    const request = (seed: number) => requests[seed % requests.length] ?? requestOf(0);
    return { name, link, infer: (seed) => infer(base, request(seed), expected[seed % expected.length]) };
  };
  const following = await startDevice('following', devicePath, answeredWithinMs);
  const fixed: SeparateDevice[] = [];
  for (const { cut } of contract.policy.links[0]?.borders ?? [])
    fixed.push(await startDevice(`cut ${fixed.length + 1}`, withOneCut(devicePath, folder, cut), fixedTimeoutMs));
  return {
    contract,
    following,
    fixed,
    killEdge: () => edge.end('SIGKILL'),
    startEdge: async () => {
      edge = await startEdge(edge.port);
    },
    stop: async () => {
      for (const link of links) link.close();
      await Promise.all([...relays, edge].map((relay) => relay.end('SIGKILL')));
      await engine.stop();
      for (const namespace of [below, above]) namespace.remove();
      rmSync(folder, { recursive: true, force: true });
      split.remove();
    },
  };
}

/** What each block takes on the device of the plan: what its cut takes more than the one before. */
function blockTimes(planPath: string, contract: AdaptiveContract): ReadonlyMap<string, number> {
  const plan = requireDocument(parsePlan(readFileSync(planPath, 'utf8')), 'invalid-plan', planPath);
  const fixedMs = plan.regimes
    .flatMap(({ link, fixedMs: ms }) => (link === 0 && ms !== undefined ? [ms] : []))
    .reverse();
  return new Map(contract.blocks.map(({ id }, index) => [id, (fixedMs[index + 1] ?? 0) - (fixedMs[index] ?? 0)]));
}

/** A contract beside copies of its blocks that knows but one cut. */
function withOneCut(contractPath: string, folder: string, cut: string): string {
  const path = join(folder, cut, 'contract.json');
  cpSync(dirname(contractPath), dirname(path), { recursive: true });
  const contract = adaptiveContract(contractPath);
  const cuts = contract.cuts.filter(({ id }) => id === cut);
  const links = contract.policy.links.map((link) => ({ ...link, borders: [{ fromMbps: 0, toMbps: null, cut }] }));
  writeFileSync(path, JSON.stringify({ ...contract, cuts, policy: { ...contract.policy, links } }));
  return path;
}
