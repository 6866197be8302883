import type { TierDocument } from '../../shared/documents/config';
import { say } from '../../shared/messages/say';
import type { MeasuredDevice, OfferedCalibration } from '../../shared/protocol/requests';
import { DnnSplitError } from '../../shared/work/errors';
import { configOf, settingsOf } from '../model/configuredModel';
import { type CalibratedTier, calibrateFrom, fewModels } from './calibrateTier';
import { type MeasuredTogether, measuredDevices } from './measuredModels';

/** Which measured models a tier is to be described by. */
export interface OfferOf {
  readonly configPath: string;
  readonly tier: string;
  /** Needed where enough models were measured on several devices. */
  readonly device?: string | undefined;
  /** Model that the offer is for, whose own profile does not count. */
  readonly except?: string | undefined;
}

/**
 * Fits a tier to the models below a configuration that were measured on one device.
 * @throws DnnSplitError `bad-usage` where too few were measured, or on several devices of which none is named; those of `calibrateFrom`
 */
export function measuredCalibration({ configPath, tier, device, except }: OfferOf): MeasuredDevice & CalibratedTier {
  const { profiled, ...measured } = oneOf(measuredDevices(configPath, except), device);
  const bindingsOf = (modelPath: string) => settingsOf(modelPath, configOf(modelPath, configPath)).bindings;
  return { ...measured, ...calibrateFrom(profiled, tier, bindingsOf) };
}

/**
 * As `measuredCalibration`: what to write into the tier, and how well each model is predicted from the others.
 * @throws DnnSplitError those of `measuredCalibration`, `bad-usage` where too few models can be left out to tell
 */
export function offeredCalibration(wanted: OfferOf): OfferedCalibration {
  const { device, runtime, models, tier, calibration, warnings } = measuredCalibration(wanted);
  const { medianErrorPercent } = calibration;
  // Without an error there is nothing that a person could agree to.
  if (medianErrorPercent === undefined)
    throw new DnnSplitError('bad-usage', say('calibrate.tooFew', { enough: fewModels }));
  return { device, runtime, models, values: calibratedValues(tier), medianErrorPercent, warnings };
}

/** As `offeredCalibration`; nothing where there is nothing to offer. */
export function findCalibration(wanted: OfferOf): OfferedCalibration | undefined {
  try {
    return offeredCalibration(wanted);
  } catch (thrown) {
    if (DnnSplitError.is(thrown) && thrown.code !== 'internal') return undefined;
    throw thrown;
  }
}

/** What a fit states of a tier, whose name stays. */
export function calibratedValues({ id: _, ...values }: TierDocument): Omit<TierDocument, 'id'> {
  return values;
}

function oneOf(devices: readonly MeasuredTogether[], named: string | undefined): MeasuredTogether {
  const [found, ...others] = named === undefined ? devices : devices.filter(({ device }) => device === named);
  if (found === undefined) throw new DnnSplitError('bad-usage', say('calibrate.tooFew', { enough: fewModels }));
  if (others.length === 0 || named !== undefined) return found;
  const names = devices.map(({ device, runtime }) => `${device} (${runtime})`).join('; ');
  throw new DnnSplitError('bad-usage', say('calibrate.whichDevice', { devices: names }));
}
