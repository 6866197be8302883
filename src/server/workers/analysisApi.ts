import type { MeasuredThere } from '../../app/measure/measureModel';
import type { MeasuredWhere } from '../../app/measure/measureTiers';
import type { MeasurableModel } from '../../app/measure/measuringOrder';
import type { PlanCheck } from '../../app/plan/checkPlan';
import type { SplitReport } from '../../app/split/deploySplit';
import type { Handover } from '../../engine/handover/blocks';
import type { FileIdentity } from '../../files/fileIdentity';
import type { ToolAnswer } from '../../shared/assistant/assistantTools';
import type { SceneOverlay } from '../../shared/picture/scene';
import type {
  GeneratedFile,
  MeasuredDevice,
  MeasuredProfile,
  NamedText,
  NodeDetails,
  OfferedCalibration,
  PlanComparison,
  PlanOverrides,
  PreviewAnswer,
  SearchHit,
  ServerRequests,
} from '../../shared/protocol/requests';
import type { RegionMapReport } from '../../shared/reports/bandwidthReports';
import type { NodeDataSubject } from '../../shared/reports/nodeData';
import type { AnalysisReport, PlanReport } from '../../shared/reports/reports';
import type { InputRanges } from '../../shared/vocabulary/inputRanges';
import type { DeploymentTarget } from '../../shared/vocabulary/targets';
import type { ErrorData } from '../../shared/work/errors';
import type { Work } from '../../shared/work/work';

/** Names everything that a result depends on besides the files themselves, so that a restarted worker needs no history. */
export interface ModelRequest {
  readonly modelPath: string;
  readonly overrides: PlanOverrides;
}

export interface StateRequest extends ModelRequest {
  /** Computes the other strategies too, which takes many times longer than the plan. */
  readonly compare: boolean;
}

/** What is known of a model before it is planned. */
export interface ModelAnalysis {
  readonly analysis: AnalysisReport;
  /** The `dnnsplit.json` that applies; none when the built-in default does. */
  readonly configPath?: string;
}

/** A model under its configuration, as far as each could be had. */
export interface ModelState extends ModelAnalysis {
  /** None where the configuration or the planning fails; `planError` says why. */
  readonly plan?: PlanReport;
  readonly planError?: ErrorData;
}

/** A plan document's text, and where it lies or would lie. */
export interface PlanSource {
  readonly planText: string;
  readonly planPath: string;
}

/** The functions of the analysis worker. */
export interface AnalysisFunctions {
  /** Reads and analyzes a model ahead of what is asked about it. */
  read(params: { readonly modelPath: string }, work: Work): void;
  /** What `state` tells of the model itself, which large models have long before their plan. */
  analysis(params: { readonly modelPath: string }, work: Work): ModelAnalysis;
  state(params: StateRequest, work: Work): ModelState;
  /**
   * The split graph under the model's configuration, as text for the layout. Its key changes when the graph may have changed;
   * the graph does not come along where its key is `unless`. With `body`, that of a graph inside of one of its nodes.
   */
  graph(
    params: { readonly modelPath: string; readonly unless: string; readonly body?: string },
    work: Work,
  ): { readonly key: string; readonly graph?: string };
  overlay(params: ModelRequest, work: Work): SceneOverlay;
  preview(params: ModelRequest, work: Work): PreviewAnswer;
  compare(params: ModelRequest & { readonly strategy: string }, work: Work): PlanComparison;
  /** The best plans over the bandwidths of two links; kept while nothing but these bandwidths changes. */
  regions(params: ModelRequest & { readonly links: readonly [number, number] }, work: Work): RegionMapReport | null;
  /** The report of a plan, and what its picture shows of it. */
  handover(params: ModelRequest, work: Work): { readonly made: Handover; readonly overlay: SceneOverlay };
  /** Values for the nodes of a model from the text of a file, and what of it is about the model. */
  nodeData(
    params: ModelRequest & { readonly file: NamedText },
    work: Work,
  ): ServerRequests['dnnsplit/nodeData']['result'];
  nodeDataText(params: ModelRequest & { readonly subject: NodeDataSubject }, work: Work): string;
  nodeDetails(params: ModelRequest & { readonly nodeId: string }, work: Work): NodeDetails;
  search(params: ModelRequest & { readonly query: string; readonly limit: number }, work: Work): readonly SearchHit[];
  /** The text of a plan document at `planPath` for the model's plan now. */
  planText(params: ModelRequest & { readonly planPath: string }, work: Work): string;
  /** The text that an existing plan document would have now, under its model's configuration. */
  planTextAgain(params: { readonly planPath: string }, work: Work): string;
  checkPlan(params: { readonly planPath: string; readonly text: string }, work: Work): readonly PlanCheck[];
  /** The files of a deployment target, without the sub-models. */
  generate(params: PlanSource & { readonly target: DeploymentTarget }, work: Work): readonly GeneratedFile[];
  /** Writes the files of a deployment target into `directory`, with the sub-models unless they are left out; their paths. */
  exportModels(
    params: PlanSource & {
      readonly target: DeploymentTarget;
      readonly directory: string;
      readonly overwrite: boolean;
      readonly manifestsOnly: boolean;
    },
    work: Work,
  ): readonly string[];
  /** Writes a folder per tier with its sub-model and contract; `sources` are the model and its weights as they were then, `ranges` are of its inputs. */
  split(
    params: PlanSource & { readonly directory: string; readonly overwrite: boolean },
    work: Work,
  ): SplitReport & { readonly sources: readonly FileIdentity[]; readonly ranges: InputRanges };
  /** What must be known of a model to run it somewhere. */
  measurable(params: { readonly modelPath: string }, work: Work): MeasurableModel;
  /** The profile of a tier from what running the model has shown. */
  profile(
    params: {
      readonly modelPath: string;
      readonly tier: string;
      readonly where: MeasuredWhere;
      readonly answer: MeasuredThere['answer'];
    },
    work: Work,
  ): MeasuredProfile;
  /** Devices on which enough other models under the model's configuration were measured. */
  measuredDevices(params: { readonly modelPath: string }, work: Work): readonly MeasuredDevice[];
  /** What to write into a tier so that it is described by the models that were measured on a device. */
  calibrate(
    params: { readonly modelPath: string; readonly tier: string; readonly device: string },
    work: Work,
  ): OfferedCalibration;
  /** One call of an assistant's tool, over these folders. */
  tool(
    params: {
      readonly tool: string;
      readonly input: unknown;
      readonly roots: readonly string[];
      readonly writable: readonly string[];
    },
    work: Work,
  ): ToolAnswer;
  /** Frees what is kept for a model. */
  forget(params: { readonly modelPath: string }): void;
}
