import type { ContractDocument } from '../../shared/documents/contract';
import { type Sentence, say } from '../../shared/messages/say';

/** The export that a contract belongs to; contracts of earlier versions do not say. */
export function artifactOf({ artifact }: ContractDocument): string {
  return artifact ?? 'none';
}

/**
 * What is wrong where two neighbors hold parts of different exports, which may fit by their tensors' names and answer what
 * neither model answers; nothing where they fit. Names both.
 */
export function artifactMismatch(
  holder: { readonly name: string; readonly artifact: string },
  other: { readonly name: string; readonly artifact: string },
): Sentence | undefined {
  if (holder.artifact === other.artifact) return undefined;
  return say('route.mixed', {
    holder: holder.name,
    held: holder.artifact,
    other: other.name,
    otherHeld: other.artifact,
  });
}
