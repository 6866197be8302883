/** What a report is made of, before it is written as HTML or Markdown. In sentences, names stand between backticks. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'lead' | 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly columns: readonly Column[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'bars'; readonly caption: string; readonly bars: readonly Bar[] }
  | { readonly kind: 'curve'; readonly caption: string; readonly curve: Curve }
  | { readonly kind: 'graph'; readonly caption: string }
  | { readonly kind: 'command'; readonly text: string };

export interface Column {
  readonly title: string;
  readonly isNumber: boolean;
}

/** One plan as a bar: its parts in the order in which a request passes them. */
export interface Bar {
  readonly name: string;
  readonly figure: string;
  readonly parts: readonly BarPart[];
  /** True for the plan that the report is about. */
  readonly isChosen: boolean;
}

export interface BarPart {
  readonly kind: 'tier' | 'link';
  /** Index of the tier; of links, of the tier below. */
  readonly tier: number;
  readonly letter: string;
  /** What it is and what it takes: `device 37.0 ms`. */
  readonly text: string;
  /** In the unit of the bars, to be drawn to scale. */
  readonly value: number;
}

/** Latency over the bandwidth of a link: pieces fixedMs + 8 x bytes / (1000 b) at b Mbit/s. */
export interface Curve {
  readonly pieces: readonly {
    readonly fromMbps: number;
    readonly toMbps: number;
    readonly fixedMs: number;
    readonly bytes: number;
  }[];
  /** Where the link stands. */
  readonly nowMbps: number;
}

export interface Handover {
  readonly title: string;
  readonly blocks: readonly Block[];
}
