import type { Scene } from '../../shared/picture/scene';
import type { Work } from '../../shared/work/work';

/** The functions of the layout worker. */
export interface LayoutFunctions {
  /**
   * Lays out the graph of a model that `key` names. The graph itself, as `graphText` writes it, needs to come along only when the worker does not have it:
   * then the answer is `null`.
   */
  scene(
    params: {
      readonly modelPath: string;
      readonly key: string;
      readonly graph?: string;
      readonly folded: readonly string[] | null;
    },
    work: Work,
  ): Promise<Scene | null>;
  /** Frees what is kept for a model. */
  forget(params: { readonly modelPath: string }): void;
}
