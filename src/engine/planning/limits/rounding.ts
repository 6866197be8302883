/** Four significant digits of a limit that a figure must keep, on the safe side of the figure. */
export function roundedAway(figure: number, side: 'up' | 'down'): number {
  const near = Number(figure.toPrecision(4));
  const isKept = side === 'up' ? near >= figure * (1 - 1e-10) : near <= figure * (1 + 1e-10);
  if (isKept || figure === 0) return near;
  const step = 10 ** (Math.floor(Math.log10(figure)) - 3);
  return Number((near + (side === 'up' ? step : -step)).toPrecision(4));
}
