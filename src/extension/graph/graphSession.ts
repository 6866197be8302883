import type { PictureTheme } from '../../shared/picture/picture';
import type { PlanOverrides } from '../../shared/protocol/requests';
import type {
  FromWebview,
  GraphAct,
  PageStart,
  PicturePart,
  PreviewedCut,
  ToPage,
  ToWebview,
} from '../../shared/protocol/webviewMessages';
import type { NodeData } from '../../shared/reports/nodeData';
import type { AnalysisReport } from '../../shared/reports/reports';
import type { DnnSplitError } from '../../shared/work/errors';
import { unreachable } from '../../shared/work/unreachable';
import type { ModelEntry } from '../model/modelStore';
import { untouchedOverrides } from '../model/turnedKnobs';
import { DisposableStore, type Releasable } from '../window/disposables';
import { requestError, ServerEndedError } from '../window/requestErrors';
import { withheldCommands } from '../window/withheld';
import { AwaitedPictures, type GraphPicture } from './awaitedPictures';
import { EarlyMessages } from './earlyMessages';
import type { GraphSurroundings } from './graphSurroundings';
import { type CancellationSource, NewestRequest } from './newestRequest';
import { NewestState } from './newestState';

const searchLimit = 100;

type ShownBesidePlan = Pick<Extract<FromWebview, { type: 'shown' }>, 'metric' | 'comparing' | 'body'>;

/**
 * The conversation with one graph page: answers `ready` with everything, then sends what changes. It keeps no picture of
 * its own once a page is up; one that comes back asks again.
 */
export class GraphSession implements Releasable {
  readonly #disposables = new DisposableStore();
  #folded: readonly string[] | null = null;
  #shown: ShownBesidePlan = { metric: 'time', comparing: null };
  /** What a file says of the nodes. */
  #nodeData: NodeData | undefined;
  /** Until the first page is up; most remember nothing, and are told what such a page shows. */
  #early: EarlyMessages | undefined;
  readonly #pictures = this.#disposables.add(new AwaitedPictures());
  readonly #scenes: NewestRequest;
  readonly #bodies: NewestRequest;
  #previewRequest: CancellationSource | undefined;
  readonly #progress = this.#disposables.add(new NewestState(() => this.#showProgress()));
  /** The analysis that the page's scene was made for. */
  #sceneKey = '';
  #sentRevision: number | undefined;
  /** Overrides that the page knows of. */
  #pageOverrides: PlanOverrides = untouchedOverrides;

  constructor(
    private readonly modelUri: string,
    private readonly modelName: string,
    private readonly surroundings: GraphSurroundings,
    private readonly post: (message: ToPage) => void,
  ) {
    const { models, selection, live, createCancellation } = surroundings;
    this.#early = new EarlyMessages(post);
    this.#scenes = this.#disposables.add(new NewestRequest(createCancellation));
    this.#bodies = this.#disposables.add(new NewestRequest(createCancellation));
    this.#disposables.add(
      live.onDidChange((changed) => {
        if (changed.modelUri === modelUri) this.#post({ type: 'live', live: changed.view });
      }),
    );
    this.#disposables.add(models.retain(modelUri));
    this.#disposables.add(
      models.onDidChange((model) => {
        if (model.modelUri === modelUri) this.#show(model);
      }),
    );
    this.#disposables.add(
      selection.onDidSelect((selected) => {
        if (selected.modelUri !== modelUri || selected.source === this) return;
        this.#post({ type: 'select', nodeIds: selected.nodeIds, reveal: true });
      }),
    );
    this.#start(null);
  }

  /** What a page shows that remembers nothing. */
  get #picture(): { readonly folded: readonly string[] | null } {
    return { folded: this.surroundings.initialFolds(this.modelUri) };
  }

  /** Resolves once there is something to write a page with that nobody has shown yet. */
  get pictured(): Promise<void> {
    return this.#early?.pictured ?? Promise.resolve();
  }

  /** What a page that is written now begins with. */
  startPage(): PageStart {
    const told = this.#early?.write() ?? [];
    return { modelName: this.modelName, strings: this.surroundings.strings, withheld: withheldCommands, told };
  }

  /** Handles one message of the page. */
  receive(message: FromWebview): void {
    const { models, run, log } = this.surroundings;
    switch (message.type) {
      case 'ready':
        this.#hearReady(message.folded);
        break;
      case 'shown':
        this.#shown = message;
        break;
      case 'requestScene':
        if (message.body === undefined) {
          this.#folded = message.folded;
          void this.#sendScene();
        } else void this.#sendBody(message.body, message.folded);
        break;
      case 'selected':
        this.surroundings.selection.select({ modelUri: this.modelUri, nodeIds: message.nodeIds, source: this });
        break;
      case 'requestDetails':
        void this.#sendDetails(message.nodeId);
        break;
      case 'search':
        void this.#sendHits(message.query);
        break;
      case 'requestPreview':
        void this.#sendPreview(message.cut, message.overrides);
        break;
      case 'requestComparison':
        void this.#sendComparison(message.strategy);
        break;
      case 'requestRegions':
        void this.#sendRegions(message.links);
        break;
      case 'picture':
        this.#pictures.made(message.png, message.scale);
        break;
      case 'noPicture':
        this.#pictures.failed(message.reason);
        break;
      case 'override':
        this.#pageOverrides = message.overrides;
        void this.#override(message.overrides);
        break;
      case 'cancel':
        models.cancel(this.modelUri);
        this.#scenes.cancel();
        break;
      case 'run':
        run(message.command, this.modelUri);
        break;
      case 'log':
        log(message.text);
        break;
      default:
        unreachable(message);
    }
  }

  /** What is folded in the page. */
  get folded(): readonly string[] | null {
    return this.#folded;
  }

  /** What else the page shows, in its words, for a picture that is to show the same. */
  get shown(): ShownBesidePlan & {
    readonly texts: Readonly<Record<string, string>>;
    readonly data: NodeData | undefined;
  } {
    const { metric, comparing, body } = this.#shown;
    return {
      metric,
      comparing,
      ...(body !== undefined && { body }),
      texts: this.surroundings.strings,
      data: this.#nodeData,
    };
  }

  /**
   * What the page shows, or a part of what it could show, as a PNG file.
   * @param theme other colors than those of the editor
   * @throws DnnSplitError `internal` where the page cannot make it, `canceled` where it is closed first
   */
  picture(part: PicturePart, scale: number, theme?: PictureTheme): Promise<GraphPicture> {
    const picture = this.#pictures.next();
    this.#post({ type: 'sendPicture', part, scale, ...(theme && { theme }) });
    return picture;
  }

  /** Shows what a file says of the nodes. */
  showNodeData(data: NodeData): void {
    this.#nodeData = data;
    this.#post({ type: 'nodeData', data });
  }

  /** Does what a menu outside of the page asks for. */
  act(act: GraphAct): void {
    this.#post({ type: 'act', act });
  }

  dispose(): void {
    this.#previewRequest?.cancel();
    this.#disposables.dispose();
  }

  #post(message: ToWebview): void {
    if (this.#early) this.#early.tell(message);
    else this.post(message);
  }

  #hearReady(folded: readonly string[] | null): void {
    const early = this.#early;
    this.#early = undefined;
    if (early && folded === null) early.repeat();
    else this.#start(folded);
  }

  #start(folded: readonly string[] | null): void {
    const { models, live } = this.surroundings;
    this.#folded = folded ?? this.#picture.folded;
    this.#sceneKey = '';
    this.#sentRevision = undefined;
    this.#pageOverrides = untouchedOverrides;
    if (this.#nodeData && this.#shown.metric === 'data') this.#post({ type: 'nodeData', data: this.#nodeData });
    const followed = live.get(this.modelUri);
    if (followed !== null) this.#post({ type: 'live', live: followed });
    void models.open(this.modelUri, { folded: this.#folded });
    const model = models.get(this.modelUri);
    if (model) this.#show(model);
  }

  #show(model: ModelEntry): void {
    const { snapshot } = model;
    if (snapshot?.state === 'failed' && snapshot.error && !model.busy) {
      this.#sceneKey = '';
      this.#post({ type: 'failed', error: snapshot.error });
      return;
    }
    if (snapshot?.state !== 'ready' || !snapshot.analysis) {
      this.#progress.ask();
      return;
    }
    const sceneKey = keyOfScene(snapshot.analysis);
    if (sceneKey !== this.#sceneKey) {
      this.#sceneKey = sceneKey;
      this.#sentRevision = snapshot.revision;
      // Both at once: soon after, the server is busy comparing strategies, and the page relates them in either order.
      void this.#sendScene();
      void this.#sendPlan();
    } else if (snapshot.revision !== this.#sentRevision) {
      this.#sentRevision = snapshot.revision;
      void this.#sendPlan();
    }
  }

  /** How far the opening is, unless it has ended. */
  #showProgress(): void {
    const model = this.surroundings.models.get(this.modelUri);
    if (!model?.busy || model.snapshot?.state === 'ready') return;
    this.#post({ type: 'progress', stage: model.progress?.stage ?? '', fraction: model.progress?.fraction ?? null });
  }

  #sendScene(): Promise<void> {
    const params = { modelUri: this.modelUri, folded: this.#folded, token: `scene-${this.modelUri}` };
    return this.#scenes.run((token) => this.surroundings.connection.request('dnnsplit/scene', params, token), {
      result: (scene) => this.#post({ type: 'scene', scene }),
      failed: (thrown) => {
        this.#sceneKey = '';
        this.#post({ type: 'failed', error: requestError(thrown).toData() });
      },
    });
  }

  /** The inside of a node. */
  #sendBody(body: string, folded: readonly string[] | null): Promise<void> {
    const { connection, readable } = this.surroundings;
    const params = { modelUri: this.modelUri, folded, body, token: `body-${this.modelUri}` };
    return this.#bodies.run((token) => connection.request('dnnsplit/scene', params, token), {
      result: (scene) => this.#post({ type: 'scene', scene, body }),
      failed: (thrown) => this.#post({ type: 'noBody', body, error: readable(requestError(thrown).toData()) }),
    });
  }

  async #sendPlan(): Promise<void> {
    const snapshot = this.surroundings.models.get(this.modelUri)?.snapshot;
    if (!snapshot?.analysis || !snapshot.plan) return;
    const { analysis, plan, tried, revision } = snapshot;
    const showPlan = async () => {
      const overlay = await this.surroundings.connection.request('dnnsplit/overlay', { modelUri: this.modelUri });
      if (this.#sentRevision !== revision) return;
      const { overrides } = this.surroundings.models.get(this.modelUri) ?? {};
      const isNews = overrides !== undefined && overrides !== this.#pageOverrides;
      if (isNews) this.#pageOverrides = overrides;
      this.#post({ type: 'plan', analysis, plan, overlay, ...(tried && { tried }), ...(isNews && { overrides }) });
    };
    // Nobody asked for it, and the next server gives it without being asked.
    await this.#attempt(showPlan, (error) => !(error instanceof ServerEndedError));
    const selected = this.surroundings.selection.selectedIn(this.modelUri);
    if (selected.length > 0) this.#post({ type: 'select', nodeIds: selected, reveal: false });
  }

  /** Overrides that no plan satisfies go back to the page with why, and with those that hold. */
  async #override(overrides: PlanOverrides): Promise<void> {
    const { models, report } = this.surroundings;
    try {
      await models.override(this.modelUri, overrides);
    } catch (thrown) {
      const error = requestError(thrown);
      const held = models.get(this.modelUri)?.overrides ?? untouchedOverrides;
      if (error.code === 'canceled' || held === overrides) return;
      if (this.#pageOverrides === overrides) this.#pageOverrides = held;
      if (error instanceof ServerEndedError) report(error);
      this.#post({ type: 'refused', refused: overrides, held, error: this.surroundings.readable(error.toData()) });
    }
  }

  #sendDetails(nodeId: string): Promise<void> {
    return this.#attempt(async () => {
      const params = { modelUri: this.modelUri, nodeId };
      this.#post({
        type: 'details',
        details: await this.surroundings.connection.request('dnnsplit/nodeDetails', params),
      });
    });
  }

  /** Nobody waits for the cut before the last: a newer wish cancels an older one. */
  async #sendPreview(cut: PreviewedCut, overrides: PlanOverrides): Promise<void> {
    this.#previewRequest?.cancel();
    const request = this.surroundings.createCancellation();
    this.#previewRequest = request;
    await this.#attempt(async () => {
      const params = { modelUri: this.modelUri, overrides };
      const answer = await this.surroundings.connection.request('dnnsplit/preview', params, request.token);
      this.#post({ type: 'preview', cut, answer });
    });
    if (this.#previewRequest === request) this.#previewRequest = undefined;
    request.dispose();
  }

  #sendComparison(strategy: string): Promise<void> {
    return this.#attempt(async () => {
      const params = { modelUri: this.modelUri, strategy };
      const comparison = await this.surroundings.connection.request('dnnsplit/compare', params);
      this.#post({ type: 'comparison', comparison });
    });
  }

  #sendRegions(links: readonly [number, number]): Promise<void> {
    return this.#attempt(async () => {
      const map = await this.surroundings.connection.request('dnnsplit/regions', { modelUri: this.modelUri, links });
      this.#post({ type: 'regions', map });
    });
  }

  #sendHits(query: string): Promise<void> {
    return this.#attempt(async () => {
      const params = { modelUri: this.modelUri, query, limit: searchLimit };
      this.#post({
        type: 'searchResult',
        query,
        hits: await this.surroundings.connection.request('dnnsplit/search', params),
      });
    });
  }

  async #attempt(work: () => Promise<unknown>, isNews: (error: DnnSplitError) => boolean = () => true): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      const error = requestError(thrown);
      if (error.code !== 'canceled' && isNews(error)) this.surroundings.report(error);
    }
  }
}

/** Two analyses with the same key have the same picture. */
function keyOfScene({ model, graph, openDimensions }: AnalysisReport): string {
  return JSON.stringify([model, graph, openDimensions]);
}
