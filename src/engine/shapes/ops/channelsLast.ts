import type { Shape } from '../algebra/dim';
import type { RuleContext } from '../facts/rule';
import { convolutionShape } from './convolution';
import { dtypeOf } from './shapeMath';

/** [N, spatial..., C] as [N, C, spatial...]. */
export function channelsFirst(shape: Shape): Shape {
  if (shape === undefined || shape.length < 3) return shape;
  return [...shape.slice(0, 1), ...shape.slice(-1), ...shape.slice(1, -1)];
}

/** [N, C, spatial...] as [N, spatial..., C]. */
export function channelsLast(shape: Shape): Shape {
  if (shape === undefined || shape.length < 3) return shape;
  return [...shape.slice(0, 1), ...shape.slice(2), ...shape.slice(1, 2)];
}

/** Where a com.microsoft convolution keeps its channels. */
interface ConvolutionLayout {
  readonly weights: number;
  /** The input whose type the result has. */
  readonly dtypeAt: number;
  readonly data: 'first' | 'last';
  /** [M, C / group, kernel...] (`first`, where absent) or [M, kernel..., C / group]. */
  readonly filters?: 'first' | 'last';
}

/** A convolution whose data, and with some operators also filters, may keep the channels in the last dimension. */
export function layoutConvolution(context: RuleContext, layout: ConvolutionLayout): void {
  const data = context.shape(0);
  const filters = context.shape(layout.weights);
  const shape = convolutionShape(
    context,
    layout.data === 'last' ? channelsFirst(data) : data,
    layout.filters === 'last' ? channelsFirst(filters) : filters,
  );
  context.output(0, dtypeOf(context, layout.dtypeAt), layout.data === 'last' ? channelsLast(shape) : shape);
}
