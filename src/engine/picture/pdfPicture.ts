import type { Rect } from '../../shared/picture/geometry';
import type { DrawingPart } from '../../shared/picture/picture';
import type { DisplayList } from './displayList/displayList';
import type { Theme } from './displayList/theme';
import { tilePath, tileSide } from './displayList/tileStrokes';
import { PdfDocument, pdfNumber, pdfTextString } from './pdfDocument';
import { patternSpace, pdfColor, pdfShape } from './pdfShapes';
import { stillDrawing } from './stillDrawing';
import { type StillPage, stillPage } from './stillPage';
import { pictureDescription } from './svgPicture';

/** A CSS pixel is 1/96 of an inch, a unit of a page 1/72. */
const pointsPerPixel = 0.75;

/** Sides that readers of PDF take, in points (ISO 32000-1, annex C). */
const longestSide = 14_400;

/**
 * Writes a picture as a PDF document of one page, as large as the picture, with lines and texts that stay sharp.
 * Letters that the fonts of every reader lack are question marks.
 * @param part as of `svgPicture`
 * @returns the file, one byte a character
 */
export function pdfPicture(list: DisplayList, theme: Theme, part: DrawingPart = 'whole', caption?: string): string {
  const page = stillPage(list, part, caption);
  const { frame } = page;
  const scale = Math.min(pointsPerPixel, longestSide / frame.width, longestSide / frame.height);
  const file = new PdfDocument();
  const resources = resourcesOf(file, list);
  const drawn = stillDrawing(list, page.still).flatMap(({ shapes }) => shapes.map((shape) => pdfShape(shape, theme)));
  const { view } = page.still;
  const box = [view.x, view.y, view.x + view.width, view.y + view.height].map(pdfNumber).join(' ');
  const whole = file.addStream(`/Type/XObject/Subtype/Form/BBox[${box}]/Resources ${resources} 0 R`, drawn.join('\n'));
  const content = file.addStream('', contentOf(page, theme, scale));
  const [pages, only] = [file.reserve(), file.reserve()];
  const size = [frame.width, frame.height].map((side) => pdfNumber(side * scale)).join(' ');
  const own = `<</XObject<</Whole ${whole} 0 R>>/Font ${fonts}>>`;
  file.add(`<</Type/Page/Parent ${pages} 0 R/MediaBox[0 0 ${size}]/Contents ${content} 0 R/Resources ${own}>>`, only);
  file.add(`<</Type/Pages/Kids[${only} 0 R]/Count 1>>`, pages);
  const title = caption ?? 'Split graph';
  const info = file.add(`<</Title ${pdfTextString(title)}/Subject ${pdfTextString(pictureDescription(list))}>>`);
  const root = file.add(`<</Type/Catalog/Pages ${pages} 0 R/ViewerPreferences<</DisplayDocTitle true>>>>`);
  return file.text(root, info);
}

const font = (name: string, encoding: string) => `<</Type/Font/Subtype/Type1/BaseFont/${name}${encoding}>>`;
const fonts = `<</F ${font('Helvetica', '/Encoding/WinAnsiEncoding')}/B ${font('Helvetica-Bold', '/Encoding/WinAnsiEncoding')}/S ${font('Symbol', '')}>>`;

/** The picture in its parts, and the caption, on a page whose y points downwards from the upper left corner of its frame. */
function contentOf({ frame, parts, caption }: StillPage, theme: Theme, scale: number): string {
  const matrix = [scale, 0, 0, -scale, -frame.x * scale, (frame.y + frame.height) * scale].map(pdfNumber).join(' ');
  const shown = parts.map(({ at, ...part }) => {
    const moved = `1 0 0 1 ${pdfNumber(at.x - part.x)} ${pdfNumber(at.y - part.y)} cm`;
    return `q ${moved} ${rectangle(part)} W n /Whole Do Q`;
  });
  const paper = `${pdfColor(theme, theme.background)} rg ${rectangle(frame)} f`;
  return [`${matrix} cm`, paper, ...shown, ...caption.map((shape) => pdfShape(shape, theme))].join('\n');
}

const rectangle = ({ x, y, width, height }: Rect) => `${[x, y, width, height].map(pdfNumber).join(' ')} re`;

/** Fonts, and the patterns of the tiers that the picture shows. */
function resourcesOf(file: PdfDocument, { plan }: DisplayList): number {
  const patterns = (plan?.overlay.tierNames ?? []).map((_, tier) => {
    const entries = `/Type/Pattern/PatternType 1/PaintType 2/TilingType 1/BBox[0 0 ${tileSide} ${tileSide}]`;
    const tile = file.addStream(
      `${entries}/XStep ${tileSide}/YStep ${tileSide}/Resources<<>>`,
      `1 w ${tileStrokes(tier)}`,
    );
    return `/P${tier} ${tile} 0 R`;
  });
  const space = `/ColorSpace<</${patternSpace}[/Pattern/DeviceRGB]>>`;
  return file.add(`<</Font ${fonts}${space}/Pattern<<${patterns.join('')}>>>>`);
}

/** The strokes of a tile, whose path data has the commands M, L, h, v and z. */
function tileStrokes(tier: number): string {
  let [x, y] = [0, 0];
  const operators: string[] = [];
  for (const [, command = '', numbers = ''] of tilePath(tier).matchAll(/([MLhvz])([^MLhvz]*)/g)) {
    const [first = 0, second = 0] = numbers.trim().split(/[ ,]+/).map(Number);
    if (command === 'M' || command === 'L') [x, y] = [first, second];
    else if (command === 'h') x += first;
    else if (command === 'v') y += first;
    if (command === 'z') operators.push('h');
    else operators.push(`${pdfNumber(x)} ${pdfNumber(y)} ${command === 'M' ? 'm' : 'l'}`);
  }
  return `${operators.join(' ')} S`;
}
