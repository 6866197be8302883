import { heatMetricNamed } from '../../shared/picture/picture';
import { type SlidCondition, slidConditions } from '../../shared/protocol/overrides';
import type { PlanOverrides } from '../../shared/protocol/requests';
import { type FromWebview, type RunCommand, runCommands } from '../../shared/protocol/webviewMessages';
import { answerPlaces } from '../../shared/reports/answers';

type Fields = Readonly<Record<string, unknown>>;

/** Text that a page may send at most, so that a broken one cannot fill the log or the memory. */
const longestText = 20_000;

/** Characters that a picture may have: 48 MB as base64. */
const longestPicture = 64_000_000;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestText;
}

function isPicture(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestPicture;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isFolded(value: unknown): value is readonly string[] | null {
  return value === null || isTexts(value);
}

function isCommand(value: unknown): value is RunCommand {
  return runCommands.some((command) => command === value);
}

function isNumbersOrNulls(value: unknown): value is readonly (number | null)[] {
  return Array.isArray(value) && value.every((item) => item === null || Number.isFinite(item));
}

function isLinkPair(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((item) => Number.isInteger(item) && item >= 0);
}

function isTextRecord(value: unknown): value is Readonly<Record<string, string>> {
  return isFields(value) && Object.values(value).every(isText);
}

function isPlacement(value: unknown): value is readonly (readonly string[])[] {
  return Array.isArray(value) && value.every(isTexts);
}

/** Numbers per link or tier of each condition that is there; nothing where one is not that. */
function parseConditions(fields: Fields): Pick<PlanOverrides, SlidCondition> | undefined {
  const conditions: { -readonly [Name in SlidCondition]?: PlanOverrides[Name] } = {};
  for (const name of slidConditions) {
    const values = fields[name];
    if (values === undefined) continue;
    if (!isNumbersOrNulls(values)) return undefined;
    conditions[name] = values;
  }
  return conditions;
}

function parseOverrides(value: unknown): PlanOverrides | undefined {
  if (!isFields(value)) return undefined;
  const { objective, strategy, answer, cuts, pin, placement } = value;
  if (objective !== undefined && !isText(objective)) return undefined;
  if (strategy !== undefined && !isText(strategy)) return undefined;
  const place = answerPlaces.find((one) => one === answer);
  if (answer !== undefined && place === undefined) return undefined;
  const conditions = parseConditions(value);
  if (conditions === undefined) return undefined;
  if (cuts !== undefined && !isNumbersOrNulls(cuts)) return undefined;
  if (pin !== undefined && !isTextRecord(pin)) return undefined;
  if (placement !== undefined && !isPlacement(placement)) return undefined;
  return {
    ...(objective !== undefined && { objective }),
    ...(strategy !== undefined && { strategy }),
    ...(place !== undefined && { answer: place }),
    ...conditions,
    ...(cuts !== undefined && { cuts }),
    ...(pin !== undefined && { pin }),
    ...(placement !== undefined && { placement }),
  };
}

function parseSceneRequest({ folded, body }: Fields): FromWebview | undefined {
  if (!isFolded(folded) || !(body === undefined || isText(body))) return undefined;
  return { type: 'requestScene', folded, ...(body !== undefined && { body }) };
}

function parsePreview({ cut, overrides }: Fields): FromWebview | undefined {
  const tried = parseOverrides(overrides);
  if (tried === undefined || !isFields(cut)) return undefined;
  const { link, position } = cut;
  if (!Number.isInteger(link) || !Number.isInteger(position)) return undefined;
  return { type: 'requestPreview', cut: { link: Number(link), position: Number(position) }, overrides: tried };
}

function parseShown({ metric, comparing, body }: Fields): FromWebview | undefined {
  const known = heatMetricNamed(metric);
  if (known === undefined || (comparing !== null && !isText(comparing))) return undefined;
  if (body !== undefined && !isText(body)) return undefined;
  return { type: 'shown', metric: known, comparing, ...(body !== undefined && { body }) };
}

function parsePicture({ png, scale }: Fields): FromWebview | undefined {
  return isPicture(png) && Number.isFinite(scale) ? { type: 'picture', png, scale: Number(scale) } : undefined;
}

/** Checks a message of the graph page, which the extension does not trust; nothing for what is not one. */
export function parseMessage(message: unknown): FromWebview | undefined {
  if (!isFields(message)) return undefined;
  switch (message['type']) {
    case 'ready': {
      const { folded } = message;
      return isFolded(folded) ? { type: 'ready', folded } : undefined;
    }
    case 'requestScene':
      return parseSceneRequest(message);
    case 'shown':
      return parseShown(message);
    case 'selected':
      return isTexts(message['nodeIds']) ? { type: 'selected', nodeIds: message['nodeIds'] } : undefined;
    case 'requestDetails':
      return isText(message['nodeId']) ? { type: 'requestDetails', nodeId: message['nodeId'] } : undefined;
    case 'search':
      return isText(message['query']) ? { type: 'search', query: message['query'] } : undefined;
    case 'override': {
      const overrides = parseOverrides(message['overrides']);
      return overrides && { type: 'override', overrides };
    }
    case 'requestPreview':
      return parsePreview(message);
    case 'requestComparison':
      return isText(message['strategy']) ? { type: 'requestComparison', strategy: message['strategy'] } : undefined;
    case 'requestRegions':
      return isLinkPair(message['links']) ? { type: 'requestRegions', links: message['links'] } : undefined;
    case 'picture':
      return parsePicture(message);
    case 'noPicture':
      return isText(message['reason']) ? { type: 'noPicture', reason: message['reason'] } : undefined;
    case 'cancel':
      return { type: 'cancel' };
    case 'run':
      return isCommand(message['command']) ? { type: 'run', command: message['command'] } : undefined;
    case 'log':
      return isText(message['text']) ? { type: 'log', text: message['text'] } : undefined;
    default:
      return undefined;
  }
}
