/**
 * A small plot as SVG text: the same input gives the same bytes.
 * @typedef {readonly [number, number]} Point
 * @typedef {{ name: string, kind: 'line' | 'dots', points: readonly Point[], labels?: readonly string[] }} Series
 * @typedef {{ label: string, log: boolean, ticks?: readonly number[] }} Axis
 * @typedef {{ title: string, x: Axis, y: Axis, series: readonly Series[] }} Plot
 */

const width = 720;
const height = 420;
const margin = { left: 72, right: 24, top: 64, bottom: 56 };
/** Colors that differ in lightness too (Okabe and Ito's palette). */
const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** @param {Plot} plot @returns {string} */
export function svgPlot({ title, x, y, series }) {
  const points = series.flatMap((one) => one.points);
  const toX = scaleOf(
    x,
    points.map(([at]) => at),
    margin.left,
    width - margin.right,
  );
  const toY = scaleOf(
    y,
    points.map(([, value]) => value),
    height - margin.bottom,
    margin.top,
  );
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(margin.left, 22, title, 'font-size="15" font-weight="600"'),
    ...legend(series),
    ...toX.ticks.flatMap((tick) => [
      line(toX.place(tick), margin.top, toX.place(tick), height - margin.bottom, '#e4e4e4'),
      text(toX.place(tick), height - margin.bottom + 18, tickText(tick), 'text-anchor="middle"'),
    ]),
    ...toY.ticks.flatMap((tick) => [
      line(margin.left, toY.place(tick), width - margin.right, toY.place(tick), '#e4e4e4'),
      text(margin.left - 8, toY.place(tick) + 4, tickText(tick), 'text-anchor="end"'),
    ]),
    text((margin.left + width - margin.right) / 2, height - 14, x.label, 'text-anchor="middle"'),
    `<text transform="translate(18 ${(margin.top + height - margin.bottom) / 2}) rotate(-90)" text-anchor="middle" fill="#333333">${escaped(y.label)}</text>`,
    ...series.flatMap((one, index) => drawn(one, colorAt(index), toX.place, toY.place)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

/**
 * Ticks of an axis that spans the values: powers of ten on a logarithmic one, else about five round steps from 0.
 * @param {readonly number[]} values @param {boolean} log @returns {number[]}
 */
export function ticksOf(values, log) {
  const most = Math.max(...values);
  if (log) {
    const first = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
    const last = Math.max(first + 1, Math.ceil(Math.log10(most) - 1e-9));
    return Array.from({ length: last - first + 1 }, (_, index) => Number(`1e${first + index}`));
  }
  const top = most > 0 ? most : 1;
  const rough = top / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** @param {Axis} axis @param {readonly number[]} values @param {number} from @param {number} until */
function scaleOf(axis, values, from, until) {
  if (values.length === 0) throw new RangeError('A plot needs at least one point.');
  const { log, ticks = ticksOf(values, log) } = axis;
  const unit = log ? Math.log10 : (/** @type {number} */ value) => value;
  const least = unit(ticks[0] ?? 0);
  const most = unit(ticks.at(-1) ?? 1);
  const place = (/** @type {number} */ value) => from + ((unit(value) - least) / (most - least)) * (until - from);
  return { ticks, place };
}

/** @param {Series} series @param {string} color @param {(x: number) => number} toX @param {(y: number) => number} toY */
function drawn({ kind, points, labels = [] }, color, toX, toY) {
  const at = points.map(([x, y]) => /** @type {const} */ ([rounded(toX(x)), rounded(toY(y))]));
  const dots = at.map(([x, y], index) => {
    const label = labels[index];
    const title = label === undefined ? '' : `<title>${escaped(label)}</title>`;
    return `<circle cx="${x}" cy="${y}" r="${kind === 'line' ? 3 : 4.5}" fill="${color}">${title}</circle>`;
  });
  if (kind === 'dots') return dots;
  const path = at.map(([x, y]) => `${x},${y}`).join(' ');
  return [`<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`, ...dots];
}

/** @param {readonly Series[]} series */
function legend(series) {
  let x = margin.left;
  return series.flatMap(({ name }, index) => {
    const start = x;
    x += 30 + 6.6 * name.length;
    return [
      `<rect x="${rounded(start)}" y="36" width="10" height="10" fill="${colorAt(index)}"/>`,
      text(start + 15, 45, name, ''),
    ];
  });
}

/** @param {number} index */
function colorAt(index) {
  return colors[index % colors.length] ?? '#000000';
}

/** @param {number} x @param {number} y @param {string} content @param {string} attributes */
function text(x, y, content, attributes) {
  const spaced = attributes === '' ? '' : ` ${attributes}`;
  return `<text x="${rounded(x)}" y="${rounded(y)}" fill="#333333"${spaced}>${escaped(content)}</text>`;
}

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {string} color */
function line(x1, y1, x2, y2, color) {
  return `<line x1="${rounded(x1)}" y1="${rounded(y1)}" x2="${rounded(x2)}" y2="${rounded(y2)}" stroke="${color}"/>`;
}

/** @param {number} value */
function rounded(value) {
  return Number(value.toFixed(1));
}

/** @param {number} tick */
function tickText(tick) {
  return tick >= 1e6 ? `${tick / 1e6}M` : tick >= 1e4 ? `${tick / 1e3}k` : `${tick}`;
}

/** @param {string} content */
function escaped(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
