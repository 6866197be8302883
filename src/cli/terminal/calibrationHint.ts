import type { OfferOf } from '../../app/profile/offeredCalibration';
import { shellWord } from '../../shared/escape/shell';
import { visibleText } from '../../shared/escape/visible';
import { threeDigits } from '../../shared/vocabulary/quantities';

/**
 * Offers other models that were measured on a device to describe a tier by, where there are enough.
 * @param tier none where it is not known which tier the device is
 */
export async function calibrationHint({
  tier,
  ...offer
}: Omit<OfferOf, 'tier'> & { readonly tier: string | undefined }): Promise<string[]> {
  const { findCalibration } = await import('../../app/profile/offeredCalibration');
  const found = findCalibration({ ...offer, tier: tier ?? '' });
  if (found === undefined) return [];
  const { device, models, medianErrorPercent } = found;
  const into = tier === undefined ? [] : ['--tier', shellWord(tier)];
  const command = ['dnnsplit calibrate', '-c', shellWord(offer.configPath), ...into];
  return [
    `${models.length} other models are measured on ${visibleText(device)}: use them for models that are not, within ${threeDigits(medianErrorPercent)} % (half of them, each predicted from the others)?`,
    `  ${[...command, '--device', shellWord(device)].join(' ')}`,
  ];
}
