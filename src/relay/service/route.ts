import { Refusal } from '../../runtime/refusal';
import { urlSegment } from '../../shared/escape/url';
import { say } from '../../shared/messages/say';
import { probePath } from '../inference/travelling';

/** What a request line asks for. */
export type RouteName =
  | 'live'
  | 'probe'
  | 'ready'
  | 'metrics'
  | 'server'
  | 'statistics'
  | 'index'
  | 'model'
  | 'config'
  | 'infer';

const serverRoutes: ReadonlyMap<string, RouteName> = new Map([
  ['/v2/health/live', 'live'],
  ['/v2/health/ready', 'ready'],
  ['/metrics', 'metrics'],
  [probePath, 'probe'],
  ['/v2', 'server'],
  ['/v2/models/stats', 'statistics'],
  ['/v2/repository/index', 'index'],
]);
const modelRoutes: ReadonlyMap<string, RouteName> = new Map([
  ['', 'model'],
  ['ready', 'ready'],
  ['infer', 'infer'],
  ['config', 'config'],
  ['stats', 'statistics'],
]);
const methods: Readonly<Record<RouteName, readonly string[]>> = {
  live: ['GET', 'HEAD'],
  ready: ['GET', 'HEAD'],
  metrics: ['GET', 'HEAD'],
  server: ['GET', 'HEAD'],
  statistics: ['GET', 'HEAD'],
  index: ['GET', 'HEAD', 'POST'],
  model: ['GET', 'HEAD'],
  config: ['GET', 'HEAD'],
  infer: ['POST'],
  probe: ['POST'],
};

/** Finds what request lines ask for, as `routeOf` does: inference, which most ask for, by its plain path at once. */
export function routesOf(model: string): (method: string, url: string) => RouteName {
  const inferPath = `/v2/models/${urlSegment(model)}/infer`;
  return (method, url) => (method === 'POST' && url === inferPath ? 'infer' : routeOf(method, url, model));
}

/**
 * Finds what a request line asks for; names may be percent-encoded in any valid way.
 * @throws Refusal 404, 405; never anything else, whatever the line holds
 */
export function routeOf(method: string, url: string, model: string): RouteName {
  const path = pathOf(url);
  const route = serverRoutes.get(path) ?? modelRoute(path, model);
  if (route === undefined) {
    throw new Refusal(404, say('request.nothingAt', { path, model: urlSegment(model) }));
  }
  const allowed = methods[route];
  if (!allowed.includes(method)) {
    throw new Refusal(405, say('request.method', { allowed: allowed[0] ?? '', path, method }), undefined, {
      allow: allowed.join(', '),
    });
  }
  return route;
}

/** Without the host of a proxy's request line, a query, and a slash at its end. */
function pathOf(url: string): string {
  const path = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function modelRoute(path: string, model: string): RouteName | undefined {
  const match = /^\/v2\/models\/([^/]+)(?:\/versions\/1)?(?:\/([a-z]+))?$/.exec(path);
  if (match === null || decoded(match[1] ?? '') !== decoded(urlSegment(model))) return undefined;
  return modelRoutes.get(match[2] ?? '');
}

/** None where it is no valid encoding. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
