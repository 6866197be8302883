import { visibleText } from '../../shared/escape/visible';
import { say } from '../../shared/messages/say';
import { bandwidthText, durationText } from '../../shared/vocabulary/quantities';
import { DnnSplitError } from '../../shared/work/errors';
import { reportJson, standardOutput } from '../terminal/output';

export interface MeasureRelayOptions {
  readonly config?: string;
  readonly link?: number;
  readonly relay: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

/** Measures the way from here to a relay that runs, and writes it into a link of the configuration. */
export async function measureRelayLink(modelPath: string, options: MeasureRelayOptions): Promise<void> {
  const { configOf } = await import('../../app/model/configuredModel');
  const { wayFacts } = await import('../../app/measure/measureLink');
  const { measureWayTo } = await import('../../relay/protocols/wayTo');
  const { withValues } = await import('../../shared/documents/withValues');
  const { readTextFile } = await import('../../files/regularFile');
  const { writeFileAtomically } = await import('../../files/atomicFile');
  const { link, relay: address, tokenFile, json } = options;
  const { path, config } = configOf(modelPath, options.config);
  if (path === undefined) throw new DnnSplitError('bad-usage', say('measure.noConfig', {}));
  if (link === undefined || link >= config.tiers.length - 1) {
    throw new DnnSplitError('bad-usage', say('measure.whichLink', { links: config.tiers.length - 1 }));
  }
  const token = tokenFile === undefined ? undefined : readTextFile(tokenFile, 'token').trim();
  const figures = await measureWayTo({ address, ...(token !== undefined && { token }) });
  const { roundTripMs, bandwidthMbps } = figures;
  const values = wayFacts(figures);
  const text = withValues(
    readTextFile(path, 'configuration'),
    Object.entries(values).map(([name, value]) => [['links', link, name], value]),
  );
  writeFileAtomically(path, text, { overwrite: true, inputs: [] });
  const told = `Link ${link}: ${bandwidthText(bandwidthMbps)} up, round trip ${durationText(roundTripMs)}, as the relay at ${visibleText(address)} sees it; written to ${visibleText(path)}.`;
  standardOutput.print(json === true ? reportJson('wayMeasurement', { link, address, roundTripMs, ...values }) : told);
}
