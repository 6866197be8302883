import type { Message } from '../messages/message';
import { type Sentence, say } from '../messages/say';
import type { RelaxReport } from '../reports/bandwidthReports';

/**
 * Every failure that a person may see. The message is one sentence that says what is wrong, where, and what to do;
 * anything longer belongs into `detail`, which only the log shows.
 */
export type ErrorCode =
  | 'unreadable-model'
  | 'truncated-model'
  | 'unsupported-model'
  | 'external-data'
  | 'invalid-config'
  | 'invalid-plan'
  | 'invalid-profile'
  | 'infeasible'
  | 'file-exists'
  | 'file-system'
  | 'canceled'
  | 'worker-crashed'
  | 'missing-runtime'
  | 'bad-usage'
  | 'internal';

export interface ErrorPlace {
  /** File that the error is in. */
  readonly path?: string;
  /** Offset in the file, in bytes from its start. */
  readonly byteOffset?: number;
  /** Stable id of the ONNX node concerned. */
  readonly nodeId?: string;
  /** Ids of the nodes whose pins are in the way. */
  readonly pins?: readonly string[];
  /** Zero-based line and column in a text document. */
  readonly line?: number;
  readonly column?: number;
}

/** For limits that no plan keeps: what would make a plan possible, as data. */
export interface Remedy {
  /** Changes that are all needed. */
  readonly relax: readonly RelaxReport[];
  /** Changes that would do instead, each list by itself. */
  readonly alternatives: readonly (readonly RelaxReport[])[];
}

/** An error in a form that survives `postMessage` and JSON. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place?: ErrorPlace;
  readonly detail?: string;
  /** The message before it was put into English, for translation. */
  readonly said?: Message;
  readonly remedy?: Remedy;
}

const errorName = 'DnnSplitError';

export class DnnSplitError extends Error {
  override readonly name = errorName;

  readonly said?: Message;

  constructor(
    readonly code: ErrorCode,
    message: string | Sentence,
    readonly place?: ErrorPlace,
    readonly detail?: string,
    readonly remedy?: Remedy,
  ) {
    super(typeof message === 'string' ? message : message.text);
    if (typeof message !== 'string') this.said = { id: message.id, values: message.values };
  }

  /** Looks at the name, not the class: programs of one process that were bundled apart have a class each. */
  static is(value: unknown, code?: ErrorCode): value is DnnSplitError {
    if (!(value instanceof Error) || value.name !== errorName || !('code' in value)) return false;
    return code === undefined || value.code === code;
  }

  static fromData(data: ErrorData): DnnSplitError {
    const message = data.said === undefined ? data.message : { ...data.said, text: data.message };
    return new DnnSplitError(data.code, message, data.place, data.detail, data.remedy);
  }

  /** The message, with what it was made from where that is known. */
  get sentence(): string | Sentence {
    return this.said === undefined ? this.message : { ...this.said, text: this.message };
  }

  toData(): ErrorData {
    return {
      code: this.code,
      message: this.message,
      ...(this.place && { place: this.place }),
      ...(this.detail !== undefined && { detail: this.detail }),
      ...(this.said && { said: this.said }),
      ...(this.remedy && { remedy: this.remedy }),
    };
  }
}

/** Turns anything thrown into error data; unknown errors become `internal` with their stack as detail. */
export function toErrorData(thrown: unknown): ErrorData {
  if (DnnSplitError.is(thrown)) return thrown.toData();
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { text, id, values } = say('work.unexpected', { message: error.message });
  return {
    code: 'internal',
    message: text,
    said: { id, values },
    ...(error.stack !== undefined && { detail: error.stack }),
  };
}
