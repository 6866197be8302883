import { bandwidthText, durationText } from '../../shared/vocabulary/quantities';
import { svgElement, svgText } from '../picture/svgMarkup';
import type { Curve } from './blocks';

const [width, height] = [640, 200];
const plot = { left: 64, right: 40, top: 12, bottom: 32 };
/** Points per piece of a curve. */
const steps = 24;

const milliseconds = ({ fixedMs, bytes }: Curve['pieces'][number], mbps: number) =>
  fixedMs + (8 * bytes) / (1000 * mbps);

/** Latency over the bandwidth of a link, both on logarithmic axes, with a line where the link stands. */
export function curveSvg({ pieces, nowMbps }: Curve, caption: string): string {
  const points = pieces.map((piece) =>
    Array.from({ length: steps + 1 }, (_, step) => {
      const mbps = piece.fromMbps * (piece.toMbps / piece.fromMbps) ** (step / steps);
      return { mbps, ms: milliseconds(piece, mbps) };
    }),
  );
  const all = points.flat();
  const [fromMbps, toMbps] = [Math.min(...all.map(({ mbps }) => mbps)), Math.max(...all.map(({ mbps }) => mbps))];
  const [lowMs, highMs] = [Math.min(...all.map(({ ms }) => ms)) / 1.2, Math.max(...all.map(({ ms }) => ms)) * 1.2];
  const along = (value: number, low: number, high: number) => Math.log(value / low) / Math.log(high / low);
  const x = (mbps: number) => plot.left + along(mbps, fromMbps, toMbps) * (width - plot.left - plot.right);
  const y = (ms: number) => height - plot.bottom - along(ms, lowMs, highMs) * (height - plot.top - plot.bottom);
  const lines = points.map((piece, index) => {
    const d = piece
      .map(({ mbps, ms }, at) => `${at === 0 ? 'M' : 'L'}${x(mbps).toFixed(1)} ${y(ms).toFixed(1)}`)
      .join('');
    return svgElement('path', { d, class: `curve piece-${index % 2}` });
  });
  const powers = (low: number, high: number) =>
    Array.from({ length: 16 }, (_, at) => 10 ** (at - 5)).filter((power) => power >= low && power <= high);
  const marks = [
    ...powers(fromMbps, toMbps).map((mbps) => {
      const tick = svgElement('path', { d: `M${x(mbps)} ${plot.top}V${height - plot.bottom}`, class: 'grid' });
      return tick + svgText(bandwidthText(mbps), { x: x(mbps), y: height - 12, class: 'tick middle' });
    }),
    ...powers(lowMs, highMs).map((ms) => {
      const tick = svgElement('path', { d: `M${plot.left} ${y(ms)}H${width - plot.right}`, class: 'grid' });
      return tick + svgText(durationText(ms), { x: plot.left - 6, y: y(ms) + 4, class: 'tick end' });
    }),
  ];
  const now = svgElement('path', { d: `M${x(nowMbps)} ${plot.top}V${height - plot.bottom}`, class: 'now' });
  const isInside = nowMbps >= fromMbps && nowMbps <= toMbps;
  const attributes = { role: 'img', 'aria-label': caption, viewBox: `0 0 ${width} ${height}`, class: 'chart' };
  return svgElement('svg', attributes, [...marks, ...(isInside ? [now] : []), ...lines].join(''));
}
