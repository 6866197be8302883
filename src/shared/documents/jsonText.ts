import {
  type Node as JsonNode,
  type ParseError,
  type ParseErrorCode,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { say } from '../messages/say';
import { brokenLimit, documentLimits } from './limits';

/** What is wrong with a text as JSON, in UTF-16 units from its start. */
export interface SyntaxProblem {
  /** One sentence. */
  readonly message: string;
  readonly offset: number;
  readonly length: number;
  /** True for what any JSON editor finds too. */
  readonly isSyntax: boolean;
}

/** A JSON text with comments, read. */
export interface JsonText {
  readonly text: string;
  /** Where `problem` is undefined. A repeated property keeps its last value, `__proto__` is an ordinary name. */
  readonly value: unknown;
  readonly problem: SyntaxProblem | undefined;
  /** The syntax tree, for finding places: made when it is first asked for, none for an empty or a very large text. */
  readonly root: JsonNode | undefined;
}

const options = { allowTrailingComma: true, disallowComments: false } as const;

const sentences: Partial<Record<string, string>> = {
  InvalidSymbol: 'This is not JSON: a word that is neither a string in double quotes, a number, true, false nor null.',
  InvalidNumberFormat: 'This number is not well formed.',
  PropertyNameExpected: 'A property name in double quotes is expected here.',
  ValueExpected: 'A value is expected here.',
  ColonExpected: 'A colon is expected here.',
  CommaExpected: 'A comma is expected here.',
  CloseBraceExpected: 'A closing brace } is missing.',
  CloseBracketExpected: 'A closing bracket ] is missing.',
  EndOfFileExpected: 'The document should end here.',
  UnexpectedEndOfComment: 'This comment is not closed.',
  UnexpectedEndOfString: 'This string is not closed.',
  InvalidEscapeCharacter: 'This escape is not valid in JSON.',
};

/**
 * Reads a JSON text, with comments and trailing commas. Never throws, whatever the text.
 * @param what names the document in sentences
 */
export function readJsonText(text: string, what: string): JsonText {
  const { problem: limit, values } = brokenLimit(text);
  if (limit !== undefined) return broken(text, { ...limit, length: 1, isSyntax: false });
  const isPlaced = values <= documentLimits.placedValues;
  const value = plainJson(text);
  if (value !== undefined) return new PlainText(text, value, isPlaced);
  if (!isPlaced) {
    const message = say('document.notPlain', { kind: what }).text;
    return broken(text, { message, offset: 0, length: 1, isSyntax: false });
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, options);
  if (root !== undefined && errors.length === 0) return { text, value: plainValue(root), problem: undefined, root };
  const [error = { error: 0 as ParseErrorCode, offset: 0, length: 0 }] = errors;
  const isEmpty = root === undefined && text.trim() === '';
  const message = isEmpty
    ? say('document.empty', { kind: what }).text
    : (sentences[printParseErrorCode(error.error)] ?? 'This is not valid JSON.');
  return { ...broken(text, { message, offset: error.offset, length: error.length, isSyntax: true }), root };
}

function broken(text: string, problem: SyntaxProblem): JsonText {
  return { text, value: undefined, problem, root: undefined };
}

/** The value of a text without comments, several times as fast as by its tree. */
function plainJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It may have comments; if not, the tree tells where it is wrong.
    return undefined;
  }
}

/** A text whose value is known without its tree. */
class PlainText implements JsonText {
  readonly problem = undefined;
  #root: JsonNode | undefined;
  #isMade: boolean;

  constructor(
    readonly text: string,
    readonly value: unknown,
    isPlaced: boolean,
  ) {
    this.#isMade = !isPlaced;
  }

  get root(): JsonNode | undefined {
    if (!this.#isMade) this.#root = parseTree(this.text, [], options);
    this.#isMade = true;
    return this.#root;
  }
}

/** Plain value of a syntax tree. */
function plainValue(node: JsonNode): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value;
  const entries = (node.children ?? []).flatMap((property): [string, unknown][] => {
    const [key, value] = property.children ?? [];
    return key !== undefined && value !== undefined ? [[String(key.value), plainValue(value)]] : [];
  });
  return Object.fromEntries(entries);
}
