/** Messages between the extension host and the graph webview. */

import type { HeatMetric, PictureTheme } from '../picture/picture';
import type { Scene, SceneOverlay } from '../picture/scene';
import type { RegionMapReport } from '../reports/bandwidthReports';
import type { LiveView } from '../reports/live';
import type { NodeData } from '../reports/nodeData';
import type { AnalysisReport, PlanReport } from '../reports/reports';
import type { ErrorData } from '../work/errors';
import type { NodeDetails, PlanComparison, PlanOverrides, PreviewAnswer, SearchHit } from './requests';

/** What the page begins with: as JSON in the attribute `data-start` of its `#app`. */
export interface PageStart {
  readonly modelName: string;
  /** Texts in the language of the workbench, by key; those that are missing are English. */
  readonly strings: Readonly<Record<string, string>>;
  /** Commands that cannot be run where the extension runs. */
  readonly withheld: readonly RunCommand[];
  /** What it is told first of all. */
  readonly told: readonly ToPage[];
}

export type ToWebview =
  | { readonly type: 'progress'; readonly stage: string; readonly fraction: number | null }
  /** The graph of the model, or with `body` the one inside of a node. */
  | { readonly type: 'scene'; readonly scene: Scene; readonly body?: string }
  /** A body that was asked for cannot be shown. */
  | { readonly type: 'noBody'; readonly body: string; readonly error: ErrorData }
  | {
      readonly type: 'plan';
      readonly analysis: AnalysisReport;
      readonly plan: PlanReport;
      readonly overlay: SceneOverlay;
      /** What the plan was made under besides the files. */
      readonly tried?: PlanOverrides;
      /** Overrides that were set elsewhere; they replace the page's own. */
      readonly overrides?: PlanOverrides;
    }
  | { readonly type: 'failed'; readonly error: ErrorData }
  /** Selection made elsewhere; `reveal` scrolls to it. */
  | { readonly type: 'select'; readonly nodeIds: readonly string[]; readonly reveal: boolean }
  | { readonly type: 'details'; readonly details: NodeDetails }
  /** Answers `requestPreview`. */
  | { readonly type: 'preview'; readonly cut: PreviewedCut; readonly answer: PreviewAnswer }
  /** No plan satisfies overrides of the page; those that `held` before hold still. */
  | {
      readonly type: 'refused';
      readonly refused: PlanOverrides;
      readonly held: PlanOverrides;
      readonly error: ErrorData;
    }
  | { readonly type: 'searchResult'; readonly query: string; readonly hits: readonly SearchHit[] }
  | { readonly type: 'comparison'; readonly comparison: PlanComparison }
  | { readonly type: 'regions'; readonly map: RegionMapReport | null }
  /** Values of a file for the nodes, which the page shows from now on. */
  | { readonly type: 'nodeData'; readonly data: NodeData }
  /** What running tiers do that the graph follows; `null` once it follows none. */
  | { readonly type: 'live'; readonly live: LiveView | null }
  /**
   * Answered by `picture`: a part of the graph with that many pixels per CSS pixel, in the colors of the editor unless others
   * are wanted.
   */
  | {
      readonly type: 'sendPicture';
      readonly part: PicturePart;
      readonly scale: number;
      readonly theme?: PictureTheme;
    }
  /** What a menu or command outside of the page asks for. */
  | { readonly type: 'act'; readonly act: GraphAct }
  | { readonly type: 'command'; readonly command: 'fit' | 'zoomIn' | 'zoomOut' | 'focusSearch' };

/** A message as it is posted: one that comes before the page was up has a number, and comes again by the same one. */
export type ToPage = ToWebview & { readonly early?: number };

/** What the page does as if it were asked for in the page itself. */
export type GraphAct =
  | { readonly kind: 'cut' | 'toggleFold' | 'openBody'; readonly nodeId: string }
  | { readonly kind: 'compare'; readonly strategy: string };

/** All of the graph, what is around the cut, or what is on the screen. */
export type PicturePart = 'whole' | 'cut' | 'screen';

/** A boundary where it is dragged to. */
export interface PreviewedCut {
  readonly link: number;
  readonly position: number;
}

/** Commands of the extension that the page has buttons for. */
export const runCommands = [
  'exportPlan',
  'savePicture',
  'openConfig',
  'bindDimension',
  'report',
  'copyCommand',
  'keepTried',
  'generate',
  'split',
  'verifySplit',
  'profileModel',
  'showLog',
  'analyzeAgain',
  'stopFollowing',
] as const;
export type RunCommand = (typeof runCommands)[number];

/** Those that write sub-models or run them. */
export const diskCommands: readonly RunCommand[] = ['split', 'verifySplit', 'generate', 'profileModel'];

export type FromWebview =
  /** The page is up and wants everything. `folded` is what it remembers, `null` for the default view. */
  | { readonly type: 'ready'; readonly folded: readonly string[] | null }
  /**
   * What the page shows beside the plan: what its dots tell, the strategy that the plan is held against, and the graph inside
   * of a node that is shown in the place of the model's.
   */
  | {
      readonly type: 'shown';
      readonly metric: HeatMetric;
      readonly comparing: string | null;
      readonly body?: string;
    }
  | { readonly type: 'selected'; readonly nodeIds: readonly string[] }
  | { readonly type: 'requestScene'; readonly folded: readonly string[] | null; readonly body?: string }
  | { readonly type: 'requestDetails'; readonly nodeId: string }
  | { readonly type: 'search'; readonly query: string }
  | { readonly type: 'override'; readonly overrides: PlanOverrides }
  | { readonly type: 'requestPreview'; readonly cut: PreviewedCut; readonly overrides: PlanOverrides }
  | { readonly type: 'cancel' }
  | { readonly type: 'requestComparison'; readonly strategy: string }
  /** Answered by `regions`, unless another change comes first. */
  | { readonly type: 'requestRegions'; readonly links: readonly [number, number] }
  /** The base64 text of a PNG file, and its pixels per CSS pixel of the layout; or why there is none. */
  | { readonly type: 'picture'; readonly png: string; readonly scale: number }
  | { readonly type: 'noPicture'; readonly reason: string }
  | { readonly type: 'run'; readonly command: RunCommand }
  | { readonly type: 'log'; readonly text: string };
