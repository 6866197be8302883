import type { TensorFact } from '../facts/fact';

/** The tensors of a graph; a body sees those of the graphs around it. */
export class Scope {
  readonly facts = new Map<string, TensorFact>();

  constructor(private readonly outer?: Scope) {}

  find(name: string): TensorFact | undefined {
    return this.facts.get(name) ?? this.outer?.find(name);
  }
}
