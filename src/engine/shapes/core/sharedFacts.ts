import type { DType } from '../../../shared/vocabulary/dtype';
import type { Dim, Shape } from '../algebra/dim';
import type { TensorFact } from '../facts/fact';

/** Facts of what has the shape up to here, and how shapes go on that begin like this. */
interface Beginning {
  constant?: TensorFact;
  made?: TensorFact;
  longer?: Map<number | string, Beginning>;
}

/** The facts of one inference: tensors of one type and shape share theirs, so that equal facts are the same object. */
export class SharedFacts {
  private readonly byType = new Map<DType, Beginning>();
  private readonly facts = new Set<TensorFact>();

  /** The fact that stands for this one; itself where more is known of it than type and shape. */
  share(fact: TensorFact): TensorFact {
    return isPlain(fact) ? this.of(fact.dtype, fact.shape, fact.constant) : fact;
  }

  /** The fact of a tensor of which no more is known. */
  of(dtype: DType, shape: Shape, constant: boolean): TensorFact {
    const fact: TensorFact = { kind: 'tensor', dtype, shape, constant };
    if (shape === undefined) return fact;
    let beginning = after(this.byType, dtype);
    for (const dim of shape) {
      const key = keyOf(dim);
      if (key === undefined) return fact;
      beginning.longer ??= new Map();
      beginning = after(beginning.longer, key);
    }
    const place = constant ? 'constant' : 'made';
    const known = beginning[place];
    if (known !== undefined) return known;
    beginning[place] = fact;
    this.facts.add(fact);
    return fact;
  }

  has(fact: TensorFact | undefined): boolean {
    return fact !== undefined && this.facts.has(fact);
  }
}

/** Equal dimensions have equal keys; those of sizes that a node makes are not found again. */
function keyOf(dim: Dim): number | string | undefined {
  if (typeof dim === 'number') return dim;
  return dim.cause === undefined && dim.least === undefined ? dim.key : undefined;
}

function isPlain({ kind, value, fill, elements, members, content, key }: TensorFact): boolean {
  const isMore = elements !== undefined || members !== undefined || content !== undefined || key !== undefined;
  return kind === 'tensor' && value === undefined && fill === undefined && !isMore;
}

function after<K>(beginnings: Map<K, Beginning>, key: K): Beginning {
  const known = beginnings.get(key);
  if (known !== undefined) return known;
  const added: Beginning = {};
  beginnings.set(key, added);
  return added;
}
