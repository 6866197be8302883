/** Everything that crosses between the extension host and the language server besides LSP itself. */

import type { ToolAnswer } from '../assistant/assistantTools';
import type { DrawingFormat, DrawingPart, HeatMetric, PictureTheme } from '../picture/picture';
import type { Scene, SceneOverlay } from '../picture/scene';
import type { AnswerPlace } from '../reports/answers';
import type { RegionMapReport } from '../reports/bandwidthReports';
import type { NodeData, NodeDataSubject } from '../reports/nodeData';
import type { AnalysisReport, PlanReport, WithUnstated } from '../reports/reports';
import type { TrialReport } from '../reports/trial';
import type { RunningDeployment, VerificationReport } from '../reports/verification';
import type { DeploymentTarget } from '../vocabulary/targets';
import type { ErrorData } from '../work/errors';
import type { HandoverFormat } from './handoverFormats';

/** What is known of one model at one moment; a complete snapshot, never a difference. */
export interface ModelSnapshot {
  readonly modelUri: string;
  /** Grows with every change. */
  readonly revision: number;
  readonly state: 'analyzing' | 'ready' | 'failed';
  readonly error?: ErrorData;
  readonly analysis?: AnalysisReport;
  readonly plan?: PlanReport;
  /** What the plan was made under besides the files; absent where nothing is tried. */
  readonly tried?: PlanOverrides;
  /** The `dnnsplit.json` that applies; none when the built-in default does. */
  readonly configUri?: string;
  /** What is wrong with that file; the last good plan stays. */
  readonly configError?: ErrorData;
}

/** A change to try without touching any file: a slider, a boundary that is dragged, a picker. */
export interface PlanOverrides {
  readonly objective?: string;
  readonly strategy?: string;
  /** Where all outputs are wanted. */
  readonly answer?: AnswerPlace;
  readonly bandwidthMbps?: readonly (number | null)[];
  /** One-way latency of each link. */
  readonly latencyMs?: readonly (number | null)[];
  /** How many times as fast each tier is as its times say. */
  readonly tierSpeed?: readonly (number | null)[];
  /** Cut at these positions, one per link; `null` leaves the link to the planner. */
  readonly cuts?: readonly (number | null)[];
  readonly pin?: Readonly<Record<string, string>>;
  /** One whole plan, as the nodes of each tier (ids, or first..last in file order); instead of `cuts`. */
  readonly placement?: readonly (readonly string[])[];
}

/** Another plan to hold against the one that is shown. */
export interface PlanComparison {
  readonly strategy: string;
  readonly plan: PlanReport;
  readonly overlay: SceneOverlay;
}

/** What a plan would give, without the plan itself; for looking before one leaps. */
export interface PlanPreview extends WithUnstated {
  readonly latencyMs: number;
  readonly costPerRequest: number;
  /** By link. */
  readonly bytes: readonly number[];
  /** How many tensors cross, by link. */
  readonly tensors: readonly number[];
}

/** What a plan would give, or why there is none. */
export type PreviewAnswer = { readonly preview: PlanPreview } | { readonly refused: ErrorData };

export interface NodeDetails {
  readonly id: string;
  readonly label: string;
  readonly op: string;
  readonly domain: string;
  readonly modulePath: string;
  /** The body that it is in, where it is not in the graph of the model. */
  readonly body?: string;
  /** Place in the order of the split graph, or of that of its body; none for nodes that no plan moves. */
  readonly orderIndex?: number;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  /** `from` is a label for reading, `fromId` names the same node. */
  readonly inputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly from: string | null;
    readonly fromId?: string;
  }[];
  /** `usedBy` are labels for reading, `usedByIds` name the same nodes in the same order. */
  readonly outputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly usedBy: readonly string[];
    readonly usedByIds?: readonly string[];
  }[];
  readonly macs: number | null;
  readonly weightBytes: number;
  readonly timeMsPerTier: readonly {
    readonly tier: string;
    readonly ms: number;
    readonly measured: boolean;
    /** Label of the node whose time includes this one's, where the tier runs them as one kernel. */
    readonly fusedInto?: string;
  }[];
}

export interface SearchHit {
  readonly nodeId: string;
  readonly orderIndex: number;
  readonly label: string;
  readonly op: string;
  readonly detail: string;
}

/** A file that a command would write, relative to the folder it is generated for. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** The text of a file under its name, as it stands in an editor. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Custom requests: method name -> parameters and result. One entry per message; both ends derive their types from it. */
export interface ServerRequests {
  /**
   * Opens a model (or joins an open one) and waits for its first complete snapshot. With `picture`, the scene that will be
   * asked for next is laid out meanwhile.
   */
  'dnnsplit/open': {
    params: { modelUri: string; token: string; picture?: { folded: readonly string[] | null } };
    result: ModelSnapshot;
  };
  /** Gives up one `open`; the last one frees the model. */
  'dnnsplit/close': { params: { modelUri: string }; result: null };
  /** Applies overrides until they are replaced; empty overrides return to the files. */
  'dnnsplit/override': { params: { modelUri: string; overrides: PlanOverrides }; result: ModelSnapshot };
  /** With `body`, the picture of that graph inside of a node. */
  'dnnsplit/scene': {
    params: { modelUri: string; folded: readonly string[] | null; body?: string; token: string };
    result: Scene;
  };
  'dnnsplit/overlay': { params: { modelUri: string }; result: SceneOverlay };
  /** The plan that another strategy, or everything on one tier (`single:<tier>`), gives under the same overrides. */
  'dnnsplit/compare': { params: { modelUri: string; strategy: string }; result: PlanComparison };
  /** The best plans over the bandwidths of two links, under the overrides; `null` where these are not two links. */
  'dnnsplit/regions': {
    params: { modelUri: string; links: readonly [number, number] };
    result: RegionMapReport | null;
  };
  /** What the plan under other overrides would give, or why no plan satisfies them; nothing is changed. */
  'dnnsplit/preview': { params: { modelUri: string; overrides: PlanOverrides }; result: PreviewAnswer };
  /**
   * The graph with its plan as a document of its own with a caption, as a page of the graph shows it: `metric` is what its dots tell
   * (time without), `compare` the strategy that the plan is held against, `texts` the words in the language of the page,
   * `part` what of the graph is drawn (all of it without), `body` the graph inside of a node that is drawn in its place. The
   * content of a PDF has one byte a character.
   */
  'dnnsplit/picture': {
    params: {
      modelUri: string;
      folded: readonly string[] | null;
      theme: PictureTheme;
      /** SVG without. */
      format?: DrawingFormat;
      body?: string;
      part?: DrawingPart;
      metric?: HeatMetric;
      /** What the metric `data` tells. */
      data?: NodeData;
      compare?: string;
      texts?: Readonly<Record<string, string>>;
    };
    result: { content: string };
  };
  /** Values of somebody else's for the nodes of a model, from the text of a file, and in words what of it is about the model. */
  'dnnsplit/nodeData': { params: { modelUri: string; file: NamedText }; result: { data: NodeData; told: string } };
  /** What the plan that is shown says of each node, as the text of such a file. */
  'dnnsplit/nodeDataText': { params: { modelUri: string; subject: NodeDataSubject }; result: { text: string } };
  /** A report of the plan that is shown, to hand over: the text of one file. */
  'dnnsplit/report': { params: { modelUri: string; format: HandoverFormat }; result: { text: string } };
  /** A plan document as a page to read, or what it does otherwise than an older one. The page runs no script. */
  'dnnsplit/planPage': {
    params: { plan: NamedText; older?: NamedText };
    result: { html: string };
  };
  'dnnsplit/nodeDetails': { params: { modelUri: string; nodeId: string }; result: NodeDetails };
  'dnnsplit/search': { params: { modelUri: string; query: string; limit: number }; result: readonly SearchHit[] };
  /** The text of `<model>.splitplan.json` for the current plan. */
  'dnnsplit/exportPlan': { params: { modelUri: string; planUri: string }; result: { text: string } };
  /**
   * Plans again: for a plan document the text it would have now; for a `dnnsplit.json` or a model no text, the open models
   * under it are planned again and reported.
   */
  'dnnsplit/planAgain': {
    params: { sourceUri: string };
    result: { text: string | null; modelUris: readonly string[] };
  };
  /** Files of a deployment target for a plan document or for the plan of a model under a config. */
  'dnnsplit/generate': {
    params: { sourceUri: string; target: DeploymentTarget };
    result: { files: readonly GeneratedFile[]; folderUri: string };
  };
  /**
   * Writes these files together with the sub-models, which `manifestsOnly` leaves out; `overwrite` replaces whatever is in
   * the way, so that a person has to have agreed to that.
   */
  'dnnsplit/exportModels': {
    params: {
      sourceUri: string;
      target: DeploymentTarget;
      overwrite: boolean;
      manifestsOnly: boolean;
      token: string;
    };
    result: { fileUris: readonly string[] };
  };
  /** Writes a folder per tier with its sub-model and contract. */
  'dnnsplit/split': {
    params: { sourceUri: string; overwrite: boolean; token: string };
    result: { folderUri: string; tiers: readonly string[] };
  };
  /** One call of an assistant's tool, which may read below some folders and write below others. */
  'dnnsplit/tool': {
    params: { tool: string; input: unknown; rootUris: readonly string[]; writableUris: readonly string[] };
    result: ToolAnswer;
  };
  /**
   * Runs the whole model and its sub-models on random inputs, or asks a deployment of these that runs; `packageFolder` is where
   * ONNX Runtime may be installed.
   */
  'dnnsplit/verify': {
    params: {
      sourceUri: string;
      runs: number;
      packageFolder: string;
      token: string;
      deployment?: RunningDeployment | undefined;
    };
    result: VerificationReport;
  };
  /** Runs every tier of a plan on the server's machine and sets what it took beside what the plan says. */
  'dnnsplit/runLocally': {
    params: { sourceUri: string; requests: number; packageFolder: string; token: string };
    result: TrialReport;
  };
  /**
   * Times the operators of a model for a tier, on the server's machine or on one that SSH reaches, which a person has to have
   * named or confirmed. Writes nothing here.
   */
  'dnnsplit/measureModel': {
    params: { modelUri: string; tier: string; host: string | null; packageFolder: string; token: string };
    result: MeasuredProfile;
  };
  /** Measures the way to a machine that SSH reaches, which a person has to have named or confirmed; `isLower` where it is the link's lower end. */
  'dnnsplit/measureLink': {
    params: { host: string; isLower: boolean; token: string };
    result: LinkValues;
  };
  /** Measures the way to a relay that runs, which a person has named, as it sees it. */
  'dnnsplit/measureWay': {
    params: { address: string; accessToken?: string; token: string };
    result: WayValues;
  };
  /** Devices on which enough models beside this one were measured to describe a tier by; best first. */
  'dnnsplit/measuredDevices': { params: { modelUri: string }; result: readonly MeasuredDevice[] };
  /** Fits a tier to the models that were measured on a device. Writes nothing. */
  'dnnsplit/calibrate': {
    params: { modelUri: string; tier: string; device: string; token: string };
    result: OfferedCalibration;
  };
}

/** A device on which several models were measured in one way. */
export interface MeasuredDevice {
  readonly device: string;
  readonly runtime: string;
  /** File names. */
  readonly models: readonly string[];
}

/** What measured models say of the device, in the words of a tier of a configuration. */
export interface OfferedCalibration extends MeasuredDevice {
  readonly values: Readonly<Record<string, unknown>>;
  /** Each model predicted from the others; the median of what that is off by. */
  readonly medianErrorPercent: number;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** What the way to a relay is like, in the words of a link of a configuration. */
export type WayValues = Pick<LinkValues, 'bandwidthMbps' | 'latencyMs'>;

/** What a connection is like, in the words of a link of a configuration. */
export interface LinkValues {
  readonly bandwidthMbps: number;
  readonly latencyMs: number;
  readonly downBandwidthMbps: number;
}

/** A profile that was just measured. */
export interface MeasuredProfile {
  readonly profileText: string;
  /** Where it belongs, from the configuration's folder. */
  readonly path: string;
  readonly device: string;
  readonly nodes: number;
  readonly measuredNodes: number;
  /** Of the whole model. */
  readonly runMs: number;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Commands that the server's code actions and code lenses name and the client carries out, with their arguments:
 * a source URI is that of a plan document, a `dnnsplit.json` or a model.
 */
export const clientCommands = {
  /** [{ sourceUri, target }] */
  generate: 'dnnsplit.generate',
  /** [{ sourceUri }] */
  split: 'dnnsplit.split',
  /** [{ sourceUri }] */
  verifySplit: 'dnnsplit.verifySplit',
  /** [sourceUri] */
  planAgain: 'dnnsplit.planAgain',
  /** [modelUri] */
  openGraph: 'dnnsplit.openGraph',
} as const;

/** Notification of the client: a person trusts the workspace from now on. */
export const workspaceTrusted = 'dnnsplit/workspaceTrusted';

/** Notifications from the server. */
export interface ServerNotifications {
  'dnnsplit/modelChanged': ModelSnapshot;
  'dnnsplit/progress': { token: string; stage: string; fraction: number | null };
  /** For the log: severity and text. */
  'dnnsplit/log': { level: 'info' | 'warn' | 'error' | 'debug'; text: string };
}
