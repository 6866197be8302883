import { parse } from 'jsonc-parser';
import { withValues } from '../../shared/documents/withValues';
import { metrics } from '../../shared/vocabulary/metrics';
import { listed } from '../../shared/vocabulary/quantities';

/** Name of the configuration file. */
export const configFileName = 'dnnsplit.json';

/** A first configuration: the built-in tiers, written out so that a person can change them. */
export const defaultConfigText = `{
  // Where the model may run, from the device upwards. Save this file and every open view plans again.
  // The T4 and the A10G are rough: peak figures only. Presets such as raspberry-pi-4, jetson-nano or agx-xavier are fitted
  // to published times and state their error; "dnnsplit calibrate" fits a device of your own.
  "tiers": [
    { "id": "device", "preset": "raspberry-pi-4", "pricePerHour": 0.006, "electricityPerKWh": 0.15 },
    { "id": "edge", "preset": "t4" },
    { "id": "cloud", "preset": "a10g" }
  ],
  // Link i joins tier i to tier i+1.
  "links": [
    { "bandwidthMbps": 20, "latencyMs": 5 },
    { "bandwidthMbps": 200, "latencyMs": 15 }
  ],
  // ${listed(metrics, 'or')}
  "objective": "latency"
}
`;

/**
 * Binds a symbolic dimension of a model in the text of a configuration, leaving comments and layout alone. It goes to the
 * model's own entry: exporters reuse names such as `s12` for different things.
 * @param modelFile file name of the model
 * @returns the new text
 */
export function bindInConfig(text: string, modelFile: string, symbol: string, size: number): string {
  return withValues(text, [[['models', modelFile, 'dimensions', symbol], size]]);
}

/** The machine that each tier of a configuration's text names; nothing for one that names none. */
export function hostsInConfig(text: string): readonly (string | undefined)[] {
  const document: { tiers?: unknown } = Object(parse(text));
  if (!Array.isArray(document.tiers)) return [];
  return document.tiers.map((tier: unknown) => {
    const { host }: { host?: unknown } = Object(tier);
    return typeof host === 'string' ? host : undefined;
  });
}
