import type { Dim } from '../algebra/dim';
import { addDims, floorDivDims, multiplyDims, subtractDims } from '../algebra/dimArithmetic';
import { maxDim, minDim } from '../algebra/dimLattice';

const tokenPattern = /\s*(\/\/|[-+*(),]|\d+|[A-Za-z_][\w.]*)/y;

/**
 * Reads the text of a dimension that is an expression, as PyTorch's and Optimum's exporters write them: `s0 + 1`,
 * `2*past_len`, `(s1 - 1)//2`, `Max(1, s2)`. Names become dimensions through `symbol`. Nothing where the text is not such
 * an expression; `batch-size` without spaces is a name.
 */
export function parseDim(text: string, symbol: (name: string) => Dim): Dim | undefined {
  if (text.length > 200 || /\w-\w/.test(text)) return undefined;
  const tokens = tokenize(text);
  if (tokens === undefined || tokens.length < 2) return undefined;
  try {
    return new DimParser(tokens, symbol).parse();
  } catch (thrown) {
    if (thrown instanceof RangeError || thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function tokenize(text: string): string[] | undefined {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.trimEnd().length) {
    const token = tokenPattern.exec(text)?.[1];
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

/** Recursive descent over sums, products, `//`, parentheses, `Max(a, b)` and `Min(a, b)`. */
class DimParser {
  private position = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly symbol: (name: string) => Dim,
  ) {}

  parse(): Dim {
    const dim = this.sum();
    if (this.position < this.tokens.length) throw new SyntaxError('text after a dimension');
    return dim;
  }

  private sum(): Dim {
    let total = this.product();
    for (;;) {
      if (this.accept('+')) total = addDims(total, this.product());
      else if (this.accept('-')) total = subtractDims(total, this.product());
      else return total;
    }
  }

  private product(): Dim {
    let total = this.factor();
    for (;;) {
      if (this.accept('*')) total = multiplyDims(total, this.factor());
      else if (this.accept('//')) total = floorDivDims(total, this.factor());
      else return total;
    }
  }

  private factor(): Dim {
    if (this.accept('-')) return multiplyDims(this.factor(), -1);
    if (this.accept('(')) return this.closed(this.sum());
    const token = this.tokens[this.position++];
    if (token === undefined || !/^\w/.test(token)) throw new SyntaxError('a dimension is missing');
    if (/^\d/.test(token)) return Number(token);
    if (!this.accept('(')) return this.symbol(token);
    return this.call(token.toLowerCase());
  }

  private call(name: string): Dim {
    const combine = name === 'max' ? maxDim : name === 'min' ? minDim : undefined;
    if (combine === undefined) throw new SyntaxError(`unknown function ${name}`);
    let result = this.sum();
    while (this.accept(',')) result = combine(result, this.sum());
    return this.closed(result);
  }

  private closed(dim: Dim): Dim {
    if (!this.accept(')')) throw new SyntaxError('a parenthesis is not closed');
    return dim;
  }

  private accept(token: string): boolean {
    if (this.tokens[this.position] !== token) return false;
    this.position++;
    return true;
  }
}
