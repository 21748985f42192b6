import type { JSX } from 'preact';
import { trend } from '../../api/insights';
import { Failure } from '../../parts/basics';
import { Trend } from '../../parts/trend';
import { useData } from '../../parts/use-data';

interface Props {
  /** Null for all assignments. */
  readonly assignment: string | null;
  readonly onPick: (at: string) => void;
}

/** How compliance went, as far as history is kept; nothing before anything has turned. */
export function TrendCard({ assignment, onPick }: Props): JSX.Element | null {
  const loaded = useData(`trend ${assignment ?? ''}`, signal => trend(assignment, signal), 60_000);
  const points = loaded.data ?? [];
  if (loaded.failure !== null) {
    return <Failure failure={loaded.failure} retry={loaded.reload} />;
  }
  if (points.length < 2 || points[0]!.at === points.at(-1)!.at) {
    return null;
  }
  return (
    <section class="card trend-card">
      <header><h2>Over time</h2></header>
      <div class="card-body"><Trend points={points} onPick={onPick} /></div>
    </section>
  );
}
