/**
 * An SVG path of steps over a box: each share (0 to 100, null where nothing was evaluated) holds until the next point. Nulls leave a gap.
 */
export function stepPath(shares: readonly (number | null)[], width: number, height: number): string {
  let path = '';
  let before: number | null = null;
  shares.forEach((share, at) => {
    if (share !== null) {
      const x = ((at / Math.max(1, shares.length - 1)) * width).toFixed(1);
      const y = (height - (share / 100) * height).toFixed(1);
      path += before === null ? `M${x} ${y}` : `H${x}V${y}`;
    }
    before = share;
  });
  return path;
}

/** The index of the point that is nearest to a place between 0 and 1. */
export function pointAt(place: number, points: number): number {
  return Math.max(0, Math.min(points - 1, Math.round(place * (points - 1))));
}
