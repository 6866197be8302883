import type { OpTable, RuleContext } from '../facts/rule';
import { broadcastShapes } from './shapeMath';

/** StringNormalizer (opset 10): words may be left out, so the last axis is open when there are stop words. */
function inferStringNormalizer(context: RuleContext): void {
  const input = context.shape(0);
  const keepsAll = (context.strings('stopwords') ?? []).length === 0;
  const shape = keepsAll ? input : input && [...input.slice(0, -1), context.fresh('words')];
  context.output(0, 'string', shape);
}

/** StringConcat (opset 20): element by element. */
function inferStringConcat(context: RuleContext): void {
  context.output(0, 'string', broadcastShapes(context.shape(0), context.shape(1)));
}

/** StringSplit (opset 20): the parts on a new last axis, and how many each text has. */
function inferStringSplit(context: RuleContext): void {
  const input = context.shape(0);
  context.output(0, 'string', input && [...input, context.fresh('parts')]);
  context.output(1, 'int64', input);
}

/** TfIdfVectorizer (opset 9): a weight for every n-gram in place of the last axis. */
function inferTfIdfVectorizer(context: RuleContext): void {
  const input = context.shape(0);
  const indexes = context.ints('ngram_indexes') ?? [];
  const size = indexes.reduce((largest, index) => Math.max(largest, index), -1) + 1;
  context.output(0, 'float32', input && [...input.slice(0, -1), size]);
}

/** ImageDecoder (opset 20): height, width and channels; a gray image has one channel. */
function inferImageDecoder(context: RuleContext): void {
  const channels = context.string('pixel_format', 'RGB') === 'Grayscale' ? 1 : 3;
  context.output(0, 'uint8', [context.fresh('height'), context.fresh('width'), channels]);
}

/** RegexFullMatch (opset 20): whether each text matches as a whole. */
function inferRegexFullMatch(context: RuleContext): void {
  context.output(0, 'bool', context.shape(0));
}

/** Operators on text and encoded images. */
export const textOps: OpTable = {
  StringNormalizer: { infer: inferStringNormalizer },
  StringConcat: { infer: inferStringConcat },
  StringSplit: { infer: inferStringSplit },
  RegexFullMatch: { infer: inferRegexFullMatch },
  TfIdfVectorizer: { infer: inferTfIdfVectorizer },
  ImageDecoder: { infer: inferImageDecoder },
};
