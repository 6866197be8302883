/** A file of numbered objects (PDF 1.7, ISO 32000-1, 7.5), text only, so that the same picture gives the same bytes. */
export class PdfDocument {
  readonly #objects: string[] = [];

  /** Keeps a place for an object; its number. */
  reserve(): number {
    return this.#objects.push('');
  }

  /** Adds an object, or fills a place that was kept for it; its number. */
  add(body: string, number = this.reserve()): number {
    this.#objects[number - 1] = body;
    return number;
  }

  /** Adds a stream; `entries` are those of its dictionary besides its length. */
  addStream(entries: string, content: string): number {
    return this.add(`<<${entries}/Length ${content.length}>>\nstream\n${content}\nendstream`);
  }

  /** The file; every character of it is one byte. */
  text(root: number, info: number): string {
    let file = '%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n';
    const places = this.#objects.map((body, index) => {
      const place = file.length;
      file += `${index + 1} 0 obj\n${body}\nendobj\n`;
      return `${String(place).padStart(10, '0')} 00000 n \n`;
    });
    const size = places.length + 1;
    const table = `xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}`;
    return `${file}${table}trailer\n<</Size ${size}/Root ${root} 0 R/Info ${info} 0 R>>\nstartxref\n${file.length}\n%%EOF\n`;
  }
}

/** Text of a dictionary, such as a title: UTF-16 with its mark (7.9.2.2). */
export function pdfTextString(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'));
  return `<feff${units.join('')}>`;
}

/** A number as PDF has it: no exponent, two decimals. */
export function pdfNumber(value: number): string {
  return String(Math.round(value * 100) / 100);
}
