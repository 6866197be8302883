/**
 * Content that is shown again with new data keeps its elements: whoever is inside by keyboard, or has pointed at something,
 * stays there. Handlers of such content are bound by `on`, so that the element that stays gets those of the new data.
 */
import type { Content } from './dom';

/** A method, so that one table can hold handlers of different events. */
interface Handler {
  handle(event: Event): void;
}

const handlers = new WeakMap<Element, Map<string, Handler>>();

const silent: Handler = { handle: () => undefined };

function bind(target: Element, name: string, handler: Handler): void {
  const known = handlers.get(target) ?? new Map<string, Handler>();
  handlers.set(target, known);
  const isNew = !known.has(name);
  known.set(name, handler);
  if (isNew) target.addEventListener(name, (event) => known.get(name)?.handle(event));
}

/** Handles an event of an element, one handler per event; `patch` hands it over with the other content. */
export function on<Name extends keyof GlobalEventHandlersEventMap>(
  target: Element,
  name: Name,
  handle: (event: GlobalEventHandlersEventMap[Name]) => void,
): void {
  bind(target, name, { handle });
}

const keyOf = (node: Node | null): string | undefined =>
  node instanceof Element ? (node.getAttribute('data-key') ?? undefined) : undefined;

/**
 * Makes the children of `root` look and work like `wanted`. Those of the same kind at the same place stay, and those with a
 * `data-key` wherever they go, unless others with keys change places with them.
 */
export function patch(root: Element, wanted: readonly Content[]): void {
  if (root.childNodes.length === 0) {
    root.append(...wanted);
    return;
  }
  const nodes = wanted.map((content) => (typeof content === 'string' ? document.createTextNode(content) : content));
  const keys = new Set(nodes.map(keyOf));
  const known = new Map([...root.children].map((child) => [keyOf(child), child]));
  let at: ChildNode | null = root.firstChild;
  for (const node of nodes) {
    while (at !== null && !keys.has(keyOf(at))) at = removed(at);
    const key = keyOf(node);
    const kept = key === undefined ? undefined : known.get(key);
    if (at !== null && keyOf(at) === key) {
      const next: ChildNode | null = at.nextSibling;
      if (!takeOver(at, node)) at.replaceWith(node);
      at = next;
    } else if (kept === undefined || !takeOver(kept, node)) root.insertBefore(node, at);
    else root.insertBefore(kept, at);
  }
  while (at !== null) at = removed(at);
}

/** Takes a node out; the one after it. */
function removed(node: ChildNode): ChildNode | null {
  const { nextSibling } = node;
  node.remove();
  return nextSibling;
}

/** Makes a node like another of its kind; false where they are of different kinds. */
function takeOver(old: ChildNode, wanted: Node): boolean {
  if (old === wanted) return true;
  if (old instanceof Element && wanted instanceof Element) {
    if (old.tagName !== wanted.tagName || old.namespaceURI !== wanted.namespaceURI) return false;
    takeAttributes(old, wanted);
    takeHandlers(old, wanted);
    patch(old, [...wanted.childNodes]);
    return true;
  }
  if (!(old instanceof Text && wanted instanceof Text)) return false;
  if (old.data !== wanted.data) old.data = wanted.data;
  return true;
}

function takeAttributes(old: Element, wanted: Element): void {
  // Widgets set attributes of their own.
  const isWidget = old.tagName.includes('-');
  for (const { name } of [...old.attributes]) {
    if (!isWidget && name !== 'style' && !wanted.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (name !== 'style' && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  // The page's policy forbids styles as attributes, not as properties.
  if (old instanceof HTMLElement && wanted instanceof HTMLElement && old.style.cssText !== wanted.style.cssText) {
    old.style.cssText = wanted.style.cssText;
  }
}

function takeHandlers(old: Element, wanted: Element): void {
  const now = handlers.get(wanted);
  for (const name of handlers.get(old)?.keys() ?? []) if (!now?.has(name)) bind(old, name, silent);
  for (const [name, handler] of now ?? []) bind(old, name, handler);
}
