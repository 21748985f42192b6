import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { TrendPoint } from '../api/insights';
import { compliancePercent, percentText } from '../model/compliance';
import { moment } from '../model/format';
import { pointAt, stepPath } from '../model/trend';

const WIDTH = 800;
const HEIGHT = 120;

/** The share of compliant resources over time, as a line of steps; a click goes to an instant. */
export function Trend({ points, onPick }: { readonly points: readonly TrendPoint[]; readonly onPick: (at: string) => void }): JSX.Element {
  const [over, setOver] = useState<number | null>(null);
  const shares = points.map(point => compliancePercent(point.resourceDetails));
  const first = points[0]!;
  const last = points.at(-1)!;
  const shown = over ?? points.length - 1;
  const placeOf = (event: MouseEvent): number => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return pointAt((event.clientX - box.left) / box.width, points.length);
  };
  return (
    <figure class="trend">
      <figcaption>
        <strong>{percentText(shares[shown]!)}</strong> compliant on {moment(points[shown]!.at)}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Compliant resources: ${percentText(shares[0]!)} on ${moment(first.at)}, ${percentText(shares.at(-1)!)} on ${moment(last.at)}`}
        onMouseMove={event => setOver(placeOf(event))}
        onMouseLeave={() => setOver(null)}
        onClick={event => onPick(points[placeOf(event)]!.at)}
      >
        {[0, 50, 100].map(share => (
          <line key={share} class="rule" x1="0" x2={WIDTH} y1={HEIGHT - (share / 100) * HEIGHT} y2={HEIGHT - (share / 100) * HEIGHT} />
        ))}
        <path class="line" d={stepPath(shares, WIDTH, HEIGHT)} />
        {over !== null && <line class="here" x1={(over / (points.length - 1)) * WIDTH} x2={(over / (points.length - 1)) * WIDTH} y1="0" y2={HEIGHT} />}
      </svg>
      <div class="row sub"><span class="grow">{moment(first.at)}</span><span>{moment(last.at)}</span></div>
    </figure>
  );
}
