import type { TensorFact } from '../facts/fact';

/** The tensors of a graph; a body sees those of the graphs around it. */
export class Scope {
  constructor(
    private readonly outer?: Scope,
    readonly facts = new Map<string, TensorFact>(),
  ) {}

  find(name: string): TensorFact | undefined {
    return this.facts.get(name) ?? this.outer?.find(name);
  }
}
