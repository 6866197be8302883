import type { WayFigures } from '../../relay/execution/measureWay';
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

/** The largest body of a measurement is far below what a relay takes; its answers are short. */
const mostAnswerBytes = 1e6;

/** Measures the way from here to a relay that runs, and writes it into a link of the configuration. */
export async function measureRelayLink(modelPath: string, options: MeasureRelayOptions): Promise<void> {
  const { configOf } = await import('../../app/model/configuredModel');
  const { createClient } = await import('../../relay/protocols/createClient');
  const { measureWay } = await import('../../relay/execution/measureWay');
  const { withValues } = await import('../../shared/documents/withValues');
  const { readTextFile } = await import('../../files/regularFile');
  const { writeFileAtomically } = await import('../../files/atomicFile');
  const { link, relay: address, tokenFile, json } = options;
  const { path, config } = configOf(modelPath, options.config);
  if (path === undefined) throw new DnnSplitError('bad-usage', say('measure.noConfig', {}));
  if (link === undefined || link >= config.tiers.length - 1) {
    throw new DnnSplitError('bad-usage', say('measure.whichLink', { links: config.tiers.length - 1 }));
  }
  const client = createClient({
    address,
    ...{ modelName: '', title: 'The relay', connectTimeoutMs: 10_000, maxBodyBytes: mostAnswerBytes, retries: 0 },
    ...(tokenFile !== undefined && { token: readTextFile(tokenFile, 'token').trim() }),
  });
  let figures: WayFigures;
  try {
    figures = await measureWay(client, visibleText(address));
  } finally {
    client.close();
  }
  const { roundTripMs, bandwidthMbps } = figures;
  const figure = (value: number) => Number(value.toPrecision(3));
  const values = { bandwidthMbps: figure(bandwidthMbps), latencyMs: figure(roundTripMs / 2) };
  const text = withValues(
    readTextFile(path, 'configuration'),
    Object.entries(values).map(([name, value]) => [['links', link, name], value]),
  );
  writeFileAtomically(path, text, { overwrite: true, inputs: [] });
  const told = `Link ${link}: ${bandwidthText(bandwidthMbps)} up, round trip ${durationText(roundTripMs)}, as the relay at ${visibleText(address)} sees it; written to ${visibleText(path)}.`;
  standardOutput.print(json === true ? reportJson('wayMeasurement', { link, address, roundTripMs, ...values }) : told);
}
