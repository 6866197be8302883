import { refuseUncarried } from '../../../shared/documents/carriedTensors';
import type { ContractBlock, ContractDocument } from '../../../shared/documents/contract';
import { blocksOf, cutsOf, runTensors, startsWithOf, travellingTensors } from '../../../shared/documents/contractParts';
import type { PlanDocument, PlanTier } from '../../../shared/documents/plan';
import { visibleJson } from '../../../shared/escape/visible';
import { say } from '../../../shared/messages/say';
import type { GeneratedFile } from '../../../shared/protocol/requests';
import type { Engine } from '../../../shared/vocabulary/targets';
import { DnnSplitError } from '../../../shared/work/errors';
import type { BundleAddress } from './bundleAddress';
import type { BundleSecrets } from './bundleSecrets';
import { engineOn } from './engineImage';
import { modelSlug, type NamedDeployment } from './names';
import { tierNames } from './tierNames';

export interface DeploymentInput extends NamedDeployment {
  readonly plan: PlanDocument;
  /** From the device up to the last tier that runs something. */
  readonly contracts: readonly ContractDocument[];
  /** The relay's program, complete in one file. */
  readonly relayProgram: string;
  /** What it loads to speak gRPC; it serves HTTP alone where that is absent. */
  readonly relayGrpcProgram?: string | undefined;
  readonly engine: Engine;
  /** Of bundles: where tiers are reached, by their id; under their names where absent. */
  readonly addresses?: ReadonlyMap<string, BundleAddress> | undefined;
  /** Of bundles: false leaves encryption out. */
  readonly tls?: boolean | undefined;
  /** Of bundles: what tiers prove themselves with; their files are left out where absent. */
  readonly secrets?: BundleSecrets | undefined;
}

/** Where a sub-model has to be put, relative to the deployment's folder. */
export interface ModelPlace {
  readonly position: number;
  /** As the tier's contract names it. */
  readonly file: string;
  readonly path: string;
}

/** A file of a deployment; everybody may read it unless it says otherwise. */
export interface DeployedFile extends GeneratedFile {
  readonly kind?: 'program' | 'secret';
}

/** A folder that runs once the sub-models are in their places. */
export interface Deployment {
  readonly files: readonly DeployedFile[];
  readonly models: readonly ModelPlace[];
}

/** A tier with the names that it has in a deployment. */
export interface DeployedTier {
  readonly contract: ContractDocument;
  readonly tier: PlanTier;
  /** DNS-1123 label, unique in the plan. */
  readonly name: string;
  /** Name that an inference server knows the sub-model by. */
  readonly modelName: string;
  /** What runs the sub-model: the relay where the engine that was asked for has no image for the device. */
  readonly engine: Engine;
  /** Largest request or answer that its relay takes, in MB. */
  readonly maxBodyMB: number;
  /** Of a model that remembers: room for the state of all its sessions, in MB. */
  readonly sessionMB?: number;
  /** Memory that sub-model and server may take, in MiB. */
  readonly memoryMiB: number;
  /** Memory that they take as long as few requests come, in MiB. */
  readonly requestMiB: number;
}

/** What an inference server or a relay takes before it holds any model. */
const serverBytes = { relay: 512 * 1024 ** 2, triton: 1024 ** 3, ovms: 1024 ** 3 } as const satisfies Record<
  Engine,
  number
>;

/** True where an inference server beside the relay runs the tier's part. */
export function isServed({ contract, engine }: Pick<DeployedTier, 'contract' | 'engine'>): boolean {
  return runsAnything({ contract }) && engine !== 'relay';
}

/** True where the tier or one above keeps state from one request of a session to the next. */
export function keepsSessions({ contract }: Pick<DeployedTier, 'contract'>): boolean {
  return startsWithOf(contract).length > 0;
}

/** Room for the state of sessions, besides what it is made into in a step. */
const sessionMB = 256;

/** What a relay that runs nothing itself takes, besides a few messages. */
const relayMemoryMiB = 256;
const relayRequestMiB = 64;

/** A tier as far as its relay alone is concerned, with the part in a server beside it. */
export function relayAlone(tier: DeployedTier): DeployedTier {
  return {
    ...tier,
    memoryMiB: relayMemoryMiB + 4 * tier.maxBodyMB + 2 * (tier.sessionMB ?? 0),
    requestMiB: relayRequestMiB,
  };
}

/** The tiers of a deployment, from the device upwards. @throws DnnSplitError `invalid-plan`, `unsupported-model` for tensors that cannot travel or run there */
export function deployedTiers(input: DeploymentInput, asked: Engine): DeployedTier[] {
  const { plan, contracts } = input;
  const names = tierNames(plan);
  const model = modelSlug(input).replaceAll('-', '_');
  return contracts.map((contract, position) => {
    refuseUncarried(travellingTensors(contract), 'protocol');
    const tier = plan.tiers[position];
    const name = names[position];
    if (tier === undefined || name === undefined) {
      throw new DnnSplitError('invalid-plan', say('deploy.noTier', { tier: position + 1 }));
    }
    const engine = engineOn(tier, asked);
    if (engine === 'relay') refuseUncarried(runTensors(contract), 'runtime');
    else if (contract.formatVersion === 2) throw new DnnSplitError('bad-usage', say('policy.engine', {}));
    const modelName = `${model}_${name.replaceAll('-', '_')}`;
    const maxBodyMB = largestBodyMB(contract);
    const load = held(plan, contract, tier);
    const sessions = keepsSessions({ contract }) ? { sessionMB } : {};
    return {
      ...{ contract, tier, name, modelName, engine, maxBodyMB, ...sessions },
      memoryMiB: memoryMiB(load, engine, maxBodyMB) + 2 * (sessions.sessionMB ?? 0),
      requestMiB: requestMiB(load, engine),
    };
  });
}

/** The relay's own limit, for tensors whose size is not known. */
const defaultBodyMB = 256;
const leastBodyMB = 4;
/** Characters that JSON takes for a byte of float32, at most; clients may send and want JSON. */
const jsonPerByte = 6;
/** Bodies of the largest size that a relay holds at once. */
const bodiesAtOnce = 2;

/** Room for the largest message that the contract lets in or out. */
function largestBodyMB(contract: ContractDocument): number {
  const messages = cutsOf(contract).flatMap(({ receives, sends, answers, answersAbove }) => [
    receives,
    sends,
    [...answers, ...answersAbove],
  ]);
  const sizes = messages.map((tensors) =>
    tensors.reduce<number | undefined>(
      (sum, { bytes }) => (sum === undefined || bytes === null ? undefined : sum + bytes),
      0,
    ),
  );
  const known = sizes.filter((size) => size !== undefined);
  if (known.length < sizes.length) return defaultBodyMB;
  return Math.max(leastBodyMB, Math.ceil((jsonPerByte * Math.max(...known)) / 1e6));
}

/** Whether a tier runs anything, or only passes tensors on. */
export function runsAnything({ contract }: Pick<DeployedTier, 'contract'>): boolean {
  return blocksOf(contract).length > 0;
}

/** The sub-models of a tier in a folder, under the names that its contract gives them. */
export function modelPlaces({ contract }: Pick<DeployedTier, 'contract'>, folder: string): ModelPlace[] {
  return blocksOf(contract).map(({ file }) => ({ position: contract.position, file, path: `${folder}/${file}` }));
}

/** The one sub-model of a tier that is cut once; none where it runs nothing. */
export function onlyPart({ contract }: Pick<DeployedTier, 'contract'>): ContractBlock | undefined {
  return blocksOf(contract)[0];
}

type Load = Pick<PlanTier, 'weightBytes' | 'peakActivationBytes'>;

/** What a tier holds: its part of the plan, or at most the whole model where it may run other parts too. */
function held({ model, tiers }: PlanDocument, { formatVersion }: ContractDocument, tier: PlanTier): Load {
  if (formatVersion === 1) return tier;
  const peakActivationBytes = Math.max(...tiers.map((each) => each.peakActivationBytes));
  return { weightBytes: model.weightBytes, peakActivationBytes };
}

/** Weights and activations twice, because an engine may copy and rearrange both, messages, and the server itself. */
function memoryMiB({ weightBytes, peakActivationBytes }: Load, engine: Engine, maxBodyMB: number): number {
  const messages = bodiesAtOnce * maxBodyMB * 1e6;
  return Math.ceil((2 * (weightBytes + peakActivationBytes) + messages + serverBytes[engine]) / 1024 ** 2);
}

/** What a server takes while it waits. */
const idleBytes = { relay: 96 * 1024 ** 2, triton: 512 * 1024 ** 2, ovms: 256 * 1024 ** 2 } as const satisfies Record<
  Engine,
  number
>;

/** Weights and activations once, and the server itself. */
function requestMiB({ weightBytes, peakActivationBytes }: Load, engine: Engine): number {
  return Math.ceil((weightBytes + peakActivationBytes + idleBytes[engine]) / 1024 ** 2);
}

/** A contract as a file; characters that YAML of some versions takes for line ends are escaped. */
export function contractText(contract: ContractDocument): string {
  return `${visibleJson(JSON.stringify(contract, null, 2))}\n`;
}
