type Encoding = 'utf8' | 'utf-8' | 'ascii' | 'latin1' | 'binary' | 'hex' | 'base64' | 'base64url';

/** What Node's `Buffer` is, as far as the programs use it. */
export class NodeBuffer extends Uint8Array {
  static allocUnsafe(length: number): NodeBuffer {
    return new NodeBuffer(length);
  }

  static alloc(length: number): NodeBuffer {
    return new NodeBuffer(length);
  }

  static isBuffer(value: unknown): boolean {
    return value instanceof NodeBuffer;
  }

  static byteLength(text: string): number {
    return new TextEncoder().encode(text).length;
  }

  static concat(parts: readonly Uint8Array[]): NodeBuffer {
    const whole = new NodeBuffer(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** Copies bytes and texts; shares the memory of an `ArrayBuffer`. */
  static override from(
    value: string | ArrayBufferLike | ArrayLike<number> | Iterable<number>,
    encoding?: unknown,
    length?: unknown,
  ): NodeBuffer {
    if (typeof value === 'string') return ofText(value, typeof encoding === 'string' ? encoding : 'utf8');
    if (!(value instanceof ArrayBuffer)) return new NodeBuffer(value as Iterable<number>);
    const offset = typeof encoding === 'number' ? encoding : 0;
    return new NodeBuffer(value, offset, typeof length === 'number' ? length : value.byteLength - offset);
  }

  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, index) => byte === other[index]);
  }

  override toString(encoding: string = 'utf8'): string {
    switch (encoding as Encoding) {
      case 'hex':
        return [...this].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      case 'base64':
        return btoa(latin1(this));
      case 'base64url':
        return btoa(latin1(this)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
      case 'latin1':
      case 'binary':
      case 'ascii':
        return latin1(this);
      default:
        return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this);
    }
  }
}

function ofText(text: string, encoding: string): NodeBuffer {
  switch (encoding as Encoding) {
    case 'hex':
      return new NodeBuffer((text.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => Number.parseInt(pair, 16)));
    case 'base64':
    case 'base64url':
      return ofLatin1(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
    case 'latin1':
    case 'binary':
    case 'ascii':
      return ofLatin1(text);
    default:
      return new NodeBuffer(new TextEncoder().encode(text));
  }
}

function ofLatin1(text: string): NodeBuffer {
  return new NodeBuffer(Array.from(text, (character) => character.charCodeAt(0) & 0xff));
}

/** In parts, since a function takes only so many arguments. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x2000) text += String.fromCharCode(...bytes.subarray(at, at + 0x2000));
  return text;
}
