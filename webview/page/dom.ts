type Attributes = Readonly<Record<string, string>>;
export type Content = Node | string;

/** A new element; strings become text nodes, never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Tag] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...content);
  return created;
}

/** A new SVG element; strings become text nodes. */
export function svgElement<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>> = {},
  ...content: readonly Content[]
): SVGElementTagNameMap[Tag] {
  const created = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, String(value));
  created.append(...content);
  return created;
}

/** A sentence in which names between backticks are set as code. */
export function withCode(sentence: string): Content[] {
  return sentence.split('`').map((part, index) => (index % 2 === 1 ? element('code', {}, part) : part));
}

/** Sets an element's text only where it differs, so that live regions speak and layouts settle once. */
export function setText(target: Element, value: string): void {
  if (target.textContent !== value) target.textContent = value;
}

/** The content of a file as base64 text. */
export function base64Of(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ''));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** A function that runs `work` with the newest argument at most once per animation frame. */
export function oncePerFrame<Argument>(work: (argument: Argument) => void): (argument: Argument) => void {
  let pending: { readonly argument: Argument } | undefined;
  return (argument) => {
    if (pending === undefined) {
      requestAnimationFrame(() => {
        const last = pending;
        pending = undefined;
        if (last !== undefined) work(last.argument);
      });
    }
    pending = { argument };
  };
}
