import { baseName } from '../window/paths';

/** The part of `vscode.Memento` that is used. */
interface Memory {
  get<T>(key: string, fallback: T): T;
  update(key: string, value: unknown): Thenable<void>;
}

const key = 'dnnsplit.panels';

/** As many panels as anyone has open at a time, and some more. */
const mostPanels = 50;

/**
 * Which model each graph panel shows, by the panel's title, so that panels which the workbench brings back find their
 * model again. Titles are unique: models of the same name carry their folder too.
 */
export class PanelMemory {
  constructor(private readonly memory: Memory) {}

  /** Gives the panel of a model its title, and remembers it. */
  remember(modelUri: string): string {
    const panels = new Map(this.memory.get<[string, string][]>(key, []));
    const title = titlesOf(modelUri).find((name) => (panels.get(name) ?? modelUri) === modelUri) ?? modelUri;
    panels.delete(title);
    panels.set(title, modelUri);
    void this.memory.update(key, [...panels].slice(-mostPanels));
    return title;
  }

  /** The model that a panel of this title shows. */
  modelOf(title: string): string | undefined {
    return new Map(this.memory.get<[string, string][]>(key, [])).get(title);
  }
}

/** Titles of a model from the shortest on. */
function titlesOf(modelUri: string): string[] {
  const path = decodeURIComponent(modelUri);
  const name = baseName(path);
  const folder = path.slice(0, -name.length - 1);
  return [name, `${name} - ${baseName(folder)}`, `${name} - ${folder}`];
}
