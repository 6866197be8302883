import type { ContractDocument } from '../../shared/documents/contract';

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
): string | undefined {
  if (holder.artifact === other.artifact) return undefined;
  return `Two exports of the model are mixed: ${holder.name} holds ${holder.artifact}, ${other.name} holds ${other.artifact}; deploy all tiers from one export.`;
}
