import { InvalidArgumentError } from 'commander';
import * as z from 'zod';
import { parsedJson } from '../../shared/parsedJson';

const placementSchema = z.array(z.array(z.string()));

/** The nodes of each tier, as JSON. */
export function parsePlacement(text: string): string[][] {
  const parsed = placementSchema.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('It must be JSON such as [["0..36"],["37..90"]]: the nodes of each tier.');
}
