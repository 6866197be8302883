import { describe, expect, it } from 'vitest';
import { createDisplayList } from '../../../src/engine/picture/displayList/displayList';
import { savedTheme } from '../../../src/engine/picture/displayList/editorColors';
import { pdfPicture } from '../../../src/engine/picture/pdfPicture';
import { svgPicture } from '../../../src/engine/picture/svgPicture';
import { planOf, residualNetwork, sceneOf } from '../../webview/harness/residualNet';

const network = residualNetwork(6);
const scene = sceneOf(network, []);
const { overlay } = planOf(network, { cuts: [11, 43] });
const list = createDisplayList(scene, { overlay, metric: 'time' });
const caption = 'net (one).onnx: Split after conv_11 → 12 ms, 3 times faster than everything on device.';
const file = pdfPicture(list, savedTheme('light'), 'whole', caption);

/** The objects of a file by number, each where the table of the file says that it is (ISO 32000-1, 7.5.4). */
function objectsOf(pdf: string): Map<number, string> {
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1]);
  const table = /^xref\n0 (\d+)\n0000000000 65535 f \n((?:\d{10} 00000 n \n)+)/.exec(pdf.slice(start));
  const places = (table?.[2] ?? '').match(/\d{10}/g)?.map(Number) ?? [];
  expect(places).toHaveLength(Number(table?.[1]) - 1);
  return new Map(
    places.map((place, index) => {
      const object = pdf.slice(place, pdf.indexOf('\nendobj\n', place));
      expect(object.startsWith(`${index + 1} 0 obj\n`), `object ${index + 1}`).toBe(true);
      return [index + 1, object];
    }),
  );
}

/** The texts of a picture in turn, of SVG or of PDF. */
const svgTexts = (svg: string) =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text.replaceAll('&amp;', '&'));
function pdfTexts(pdf: string): string[] {
  const lines = [...pdf.matchAll(/BT [^\n]*? Tm (.*?) ET/g)].map(([, line = '']) => line);
  return lines.map((line) =>
    [...line.matchAll(/\/([FBS]) [\d.]+ Tf \(((?:\\.|[^\\)])*)\) Tj/g)]
      .map(([, font, codes = '']) => {
        const plain = codes.replace(/\\(.)/g, '$1').replaceAll('\u0085', '…');
        return font === 'S' ? plain.replace('\u00ae', '→').replace('\u00d1', '▾') : plain;
      })
      .join(''),
  );
}

describe('the PDF picture', () => {
  it('is a file whose table finds every object, and whose streams are as long as they say', () => {
    const objects = objectsOf(file);
    for (const object of objects.values()) {
      const stream = /\/Length (\d+)>>\nstream\n([\s\S]*)\nendstream$/.exec(object);
      if (object.includes('\nstream\n')) expect(stream?.[2]).toHaveLength(Number(stream?.[1]));
      for (const [, number] of object.matchAll(/(\d+) 0 R/g)) expect(objects.has(Number(number))).toBe(true);
    }
    expect([...file].every((character) => character.charCodeAt(0) < 256)).toBe(true);
  });

  it('says the same as the SVG picture, the caption included', () => {
    const svg = svgPicture(list, savedTheme('light'), 'whole', caption);
    const wanted = svgTexts(svg);
    expect(wanted.filter((text) => text.includes('net (one).onnx'))).toHaveLength(1);
    expect(pdfTexts(file).sort()).toEqual(wanted.sort());
  });

  it('is as large as the SVG picture, at 96 pixels an inch', () => {
    const size = (pdf: string) => /\/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf)?.slice(1).map(Number);
    const pixels = /^<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(
      svgPicture(list, savedTheme('light'), 'cut', caption),
    );
    const cut = pdfPicture(list, savedTheme('light'), 'cut', caption);
    const points = pixels?.slice(1).map((side) => Math.round(Number(side) * 75) / 100);
    expect(size(cut)).toEqual(points);
  });

  it('shows a long graph in columns that end where those of the SVG picture do', () => {
    const long = createDisplayList(sceneOf(residualNetwork(30), []), { overlay: null, metric: 'none' });
    const columns = svgPicture(long, savedTheme('dark'), 'columns').match(/<use /g);
    const shown = pdfPicture(long, savedTheme('dark'), 'columns').match(/\/Whole Do/g);
    expect(shown?.length).toBeGreaterThan(2);
    expect(shown).toHaveLength(columns?.length ?? 0);
  });

  it('has colors without any transparency, also of tiers', () => {
    const numbers = [...file.matchAll(/([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG|\/P\d scn)/g)].flatMap((match) =>
      match.slice(1).map(Number),
    );
    expect(numbers.length).toBeGreaterThan(100);
    expect(numbers.every((number) => number >= 0 && number <= 1)).toBe(true);
    expect(file).not.toMatch(/NaN|undefined|Infinity/);
    for (const tier of [0, 1, 2]) expect(file).toContain(`/P${tier} scn`);
  });
});
