import { findNodeAtLocation, type Node as JsonNode } from 'jsonc-parser';
import * as z from 'zod';
import { say } from '../messages/say';
import { counted } from '../vocabulary/quantities';
import { DnnSplitError, type ErrorCode } from '../work/errors';
import { type JsonText, readJsonText } from './jsonText';
import { nameText, suggestion } from './nearest';

/** A path into a document: property names and array indices from the root. */
export type DocumentPath = readonly (string | number)[];

/** Something wrong with a document, at a place in its text. */
export interface DocumentProblem {
  /** One sentence. */
  readonly message: string;
  readonly severity: 'error' | 'warning';
  /** Where it is in the text, in UTF-16 units; `length` is at least 1 unless the text is empty. */
  readonly offset: number;
  readonly length: number;
  /** Zero-based. */
  readonly line: number;
  readonly column: number;
  /** True for what a JSON schema finds too; false for what only DNNSplit can know. */
  readonly inSchema: boolean;
}

export interface ParsedDocument<T> {
  /** Present when there is no problem. */
  readonly document: T | undefined;
  readonly problems: readonly DocumentProblem[];
  /** The syntax tree, for finding places; none for an empty or a very large text. */
  readonly root: JsonNode | undefined;
  readonly text: string;
}

/** Problems beyond this are not looked for: the first ones lead to the cause, and each takes time to be placed. */
export const mostProblems = 50;

/**
 * Parses a JSON-with-comments document and checks it against its schema.
 * Never throws: problems carry their place and one sentence each. `what` names the document in sentences.
 */
export function parseDocument<T>(text: string, schema: z.ZodType<T>, what: string): ParsedDocument<T> {
  const json = readJsonText(text, what);
  if (json.problem !== undefined) {
    const { message, offset, length, isSyntax } = json.problem;
    return {
      document: undefined,
      problems: [problemAt(text, message, offset, length, isSyntax)],
      root: json.root,
      text,
    };
  }
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return new SoundDocument(parsed.data, json);
  const { root } = json;
  const problems: DocumentProblem[] = [];
  for (const issue of parsed.error.issues) {
    if (problems.length >= mostProblems) break;
    problems.push(...(root === undefined ? [unplacedProblem(text, issue)] : issueProblems(text, root, schema, issue)));
  }
  return { document: undefined, problems: problems.slice(0, mostProblems), root, text };
}

/** A document without problems; its tree is only made where something else is wrong with it. */
class SoundDocument<T> implements ParsedDocument<T> {
  readonly problems = [];

  constructor(
    readonly document: T,
    private readonly json: JsonText,
  ) {}

  get root(): JsonNode | undefined {
    return this.json.root;
  }

  get text(): string {
    return this.json.text;
  }
}

/** The same text with problems that its schema does not know. */
export function withProblems<T>(
  { root, text }: ParsedDocument<T>,
  problems: readonly DocumentProblem[],
): ParsedDocument<T> {
  return { document: undefined, problems, root, text };
}

function unplacedProblem(text: string, { path, message }: Issue): DocumentProblem {
  const names = path.filter((step) => typeof step !== 'symbol');
  return problemAt(text, `'${pathText(names)}' is not valid: ${message}.`, 0, 1, true);
}

/**
 * The document, or its first problem as an error that names file and line.
 * @throws DnnSplitError `code`
 */
export function requireDocument<T>(parsed: ParsedDocument<T>, code: ErrorCode, path: string): T {
  if (parsed.document !== undefined) return parsed.document;
  const [first] = parsed.problems;
  const place = { path, line: first?.line ?? 0, column: first?.column ?? 0 };
  const where = `${path}:${place.line + 1}:${place.column + 1}`;
  throw new DnnSplitError(
    code,
    say('document.at', { where, problem: first?.message ?? say('document.invalid', {}) }),
    place,
  );
}

/** A problem at the value that `path` leads to, or at the nearest existing value above it. */
export function problemAtPath(
  parsed: { readonly text: string; readonly root: JsonNode | undefined },
  path: DocumentPath,
  message: string,
  severity: DocumentProblem['severity'] = 'error',
): DocumentProblem {
  const node = nodeAt(parsed.root, path);
  const start = node?.type === 'object' || node?.type === 'array' ? firstLine(parsed.text, node) : node;
  return { ...problemAt(parsed.text, message, start?.offset ?? 0, start?.length ?? 1, false), severity };
}

/** The syntax node at `path`, or the deepest one on the way there. */
function nodeAt(root: JsonNode | undefined, path: DocumentPath): JsonNode | undefined {
  if (root === undefined) return undefined;
  for (let depth = path.length; depth > 0; depth--) {
    const node = findNodeAtLocation(root, path.slice(0, depth));
    if (node !== undefined) return node;
  }
  return root;
}

function firstLine(text: string, node: JsonNode): { offset: number; length: number } {
  const end = text.indexOf('\n', node.offset);
  const length = end < 0 ? node.length : Math.min(node.length, end - node.offset);
  return { offset: node.offset, length };
}

function problemAt(text: string, message: string, offset: number, length: number, inSchema: boolean): DocumentProblem {
  const start = Math.min(offset, Math.max(0, text.length - 1));
  let line = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < start; at = text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  const column = start - lineStart;
  return { message, severity: 'error', offset: start, length: Math.max(1, length), line, column, inSchema };
}

type Issue = z.core.$ZodIssue;

function issueProblems(text: string, root: JsonNode, schema: z.ZodType, issue: Issue): DocumentProblem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    const names = propertyNames(findNodeAtLocation(root, [...path]));
    return issue.keys.slice(0, mostProblems).map((key) => {
      const property = names.get(key);
      const message = `Unknown property '${nameText(key)}'${suggestion(key, known)}`;
      return problemAt(text, message, property?.offset ?? 0, property?.length ?? 1, true);
    });
  }
  const node = nodeAt(root, path);
  const shown = node?.type === 'object' || node?.type === 'array' ? firstLine(text, node) : node;
  return [problemAt(text, issueSentence(issue, path, root), shown?.offset ?? 0, shown?.length ?? 1, true)];
}

/** The nodes of an object's property names. */
function propertyNames(object: JsonNode | undefined): Map<string, JsonNode> {
  return new Map(
    (object?.children ?? []).flatMap(({ children: [name] = [] }): [string, JsonNode][] =>
      name === undefined ? [] : [[String(name.value), name]],
    ),
  );
}

function issueSentence(issue: Issue, path: DocumentPath, root: JsonNode): string {
  const subject = path.length === 0 ? 'The document' : `'${pathText(path)}'`;
  const present = findNodeAtLocation(root, [...path]);
  if (present === undefined && path.length > 0) return `${subject} is missing.`;
  switch (issue.code) {
    case 'invalid_type':
      return `${subject} must be ${article(issue.expected)}, not ${present ? valueText(present) : 'this'}.`;
    case 'invalid_value': {
      const known = issue.values.map(String);
      return `${subject} cannot be ${present ? literalText(present) : 'this'}${suggestion(String(present?.value), known)}`;
    }
    case 'too_small':
      return `${subject} must ${sizeText(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}.`;
    case 'too_big':
      return `${subject} must ${sizeText(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}.`;
    case 'invalid_union':
      return unionSentence(issue, subject, path, root);
    default:
      return `${subject} is not valid: ${issue.message}.`;
  }
}

function unionSentence(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  subject: string,
  path: DocumentPath,
  root: JsonNode,
): string {
  const present = findNodeAtLocation(root, [...path]);
  const alternatives = issue.errors.map(([first]) => first).filter((first) => first !== undefined);
  const words = alternatives.flatMap((first) => (first.code === 'invalid_value' ? first.values.map(String) : []));
  if (present?.type === 'string' && words.length > 0) {
    return `${subject} cannot be ${literalText(present)}${suggestion(String(present.value), words)}`;
  }
  return `${subject} has a value that is not allowed here.`;
}

function sizeText(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'array') return `have ${bound} ${Number(limit) === 1 ? '1 entry' : `${limit} entries`}`;
  if (origin === 'string') return `have ${bound} ${counted(Number(limit), 'character')}`;
  return `be ${bound} ${limit}`;
}

function article(type: string): string {
  const named = type === 'int' ? 'whole number' : type;
  if (named === 'record') return 'an object';
  return `${/^[aeiou]/.test(named) ? 'an' : 'a'} ${named}`;
}

function valueText(node: JsonNode): string {
  if (node.type === 'object' || node.type === 'array' || node.type === 'string') return article(node.type);
  return node.type === 'null' ? 'null' : String(node.value);
}

/** A short string as it stands, anything else by its kind. */
function literalText(node: JsonNode): string {
  return node.type === 'string' && String(node.value).length <= 40
    ? `'${nameText(String(node.value))}'`
    : valueText(node);
}

function pathText(path: DocumentPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? nameText(step) : `${text}.${nameText(step)}`;
  }, '');
}

/** Property names that the schema knows at `path`. */
function knownKeys(schema: unknown, path: DocumentPath): string[] {
  let current = unwrapped(schema);
  for (const step of path) current = unwrapped(childSchema(current, step));
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function childSchema(schema: unknown, step: string | number): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[String(step)];
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return undefined;
}

/** Without `optional` and `nullable`; of a union, its object. */
function unwrapped(schema: unknown): unknown {
  let current = schema;
  while (current instanceof z.ZodOptional || current instanceof z.ZodNullable) current = current.unwrap();
  if (current instanceof z.ZodUnion) return current.options.find((option) => option instanceof z.ZodObject);
  return current;
}
