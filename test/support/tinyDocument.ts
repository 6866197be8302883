/**
 * As much of a page as the webview's panels need to say what they show: elements with attributes, children and texts.
 * Nothing is laid out or drawn; `test/webview` looks at the panels in a browser.
 */
type Child = TinyElement | string;

export class TinyElement {
  readonly attributes = new Map<string, string>();
  readonly style: Record<string, unknown> = { setProperty: () => undefined };
  readonly listeners = new Map<string, (() => void)[]>();
  childNodes: Child[] = [];
  hidden = false;
  value = '';
  readonly offsetWidth = 0;
  readonly offsetHeight = 0;
  readonly scrollTop = 0;
  readonly clientHeight = 0;

  constructor(readonly tagName: string) {}

  get children(): TinyElement[] {
    return this.childNodes.filter((child) => child instanceof TinyElement);
  }

  /** Cells of a row of a table. */
  get cells(): TinyElement[] {
    return this.children;
  }

  get textContent(): string {
    return this.childNodes.map((child) => (typeof child === 'string' ? child : child.textContent)).join('');
  }

  set textContent(text: string) {
    this.childNodes = [text];
  }

  get className(): string {
    return this.getAttribute('class') ?? '';
  }

  set className(name: string) {
    this.setAttribute('class', name);
  }

  get classList() {
    return {
      add: (name: string) => {
        this.className = `${this.className} ${name}`.trim();
      },
      toggle: () => undefined,
    };
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  getAttribute(name: string): string | undefined {
    return this.attributes.get(name);
  }

  toggleAttribute(): void {}

  append(...content: readonly Child[]): void {
    this.childNodes.push(...content);
  }

  replaceChildren(...content: readonly Child[]): void {
    this.childNodes = [...content];
  }

  addEventListener(name: string, listener: () => void): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  click(): void {
    for (const listener of this.listeners.get('click') ?? []) listener();
  }

  contains(): boolean {
    return false;
  }

  querySelector(): null {
    return null;
  }

  scrollIntoView(): void {}

  /** All elements of a name below this one, in the order of the page. */
  all(tagName: string): TinyElement[] {
    return this.children.flatMap((child) => [...(child.tagName === tagName ? [child] : []), ...child.all(tagName)]);
  }
}

/** What `document` is for such elements. */
export const tinyDocument = {
  activeElement: null,
  createElement: (name: string) => new TinyElement(name),
  createElementNS: (_: string, name: string) => new TinyElement(name),
};

/** The rows of a table, each as cells by the titles of their columns. */
export function rowsOf(table: TinyElement | undefined): ReadonlyMap<string, TinyElement>[] {
  if (table === undefined) throw new Error('there is no such table');
  const titles = table.all('th').map(({ textContent }) => textContent);
  return table.all('tr').flatMap((row) => {
    const cells = row.cells.filter(({ tagName }) => tagName === 'td');
    return cells.length < titles.length ? [] : [new Map(cells.map((cell, index) => [titles[index] ?? '', cell]))];
  });
}

/** The values of a list of facts by their names. */
export function factsOf(root: TinyElement): ReadonlyMap<string, string> {
  const [names, values] = ['dt', 'dd'].map((tag) => root.all(tag).map(({ textContent }) => textContent));
  return new Map((names ?? []).map((name, index) => [name, values?.[index] ?? '']));
}
