import type { RegionRequest } from '../../engine/planning/bandwidths/regionMap';
import { applyOverrides } from '../../engine/planning/infrastructure/applyOverrides';
import { mapRegions } from '../../engine/planning/planModel';
import { regionMapReport } from '../../engine/report/planReport';
import type { PlanOverrides } from '../../shared/protocol/requests';
import type { RegionMapReport } from '../../shared/reports/bandwidthReports';
import type { Work } from '../../shared/work/work';
import type { AnalyzedModel } from '../model/analyzeFile';
import type { ModelSettings } from '../model/configuredModel';

/** Bandwidths that a map covers, in Mbit/s: those of the sliders. */
const mappedRange = { fromMbps: 0.1, toMbps: 10_000 } as const;

interface KeptMap {
  readonly key: string;
  readonly map: RegionMapReport | null;
}

const lastMaps = new WeakMap<AnalyzedModel, KeptMap>();

/**
 * The map of the best plans over the bandwidths of two links. It depends on everything but these two bandwidths, so that
 * it is kept while only they change.
 * @throws DnnSplitError `infeasible`, `invalid-config`, `bad-usage`, `canceled`
 */
export function mappedRegions(
  analyzed: AnalyzedModel,
  settings: ModelSettings,
  overrides: PlanOverrides,
  links: RegionRequest['links'],
  work: Work,
): RegionMapReport | null {
  const key = keyOf(settings, overrides, links);
  const last = lastMaps.get(analyzed);
  if (last?.key === key) return last.map;
  const { graph, candidates } = analyzed;
  const { infrastructure, cuts, placement } = applyOverrides(settings.infrastructure, settings.strategy, overrides);
  const { costs, map } = mapRegions(
    graph,
    candidates,
    infrastructure,
    { cuts, placement, regions: { ...mappedRange, links } },
    work,
  );
  const report = map === undefined ? null : regionMapReport(costs, map);
  lastMaps.set(analyzed, { key, map: report });
  return report;
}

function keyOf(settings: ModelSettings, overrides: PlanOverrides, mapped: RegionRequest['links']): string {
  const { infrastructure } = applyOverrides(settings.infrastructure, settings.strategy, overrides);
  const links = infrastructure.links.map((link, l) => (mapped.includes(l) ? { ...link, bandwidthMbps: null } : link));
  const entries = (_: string, value: unknown) => (value instanceof Map ? [...value] : value);
  return JSON.stringify([{ ...infrastructure, links }, overrides.cuts, overrides.placement, mapped], entries);
}
