import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Answer } from '../../api/graph';
import { chartOf } from '../../model/chart';
import { cellText, counted, duration, whole } from '../../model/format';
import { Drawer, Empty, Notice } from '../../parts/basics';
import { ResultChart } from '../../parts/charts';
import { downloadCsv } from '../../parts/download';
import { Grid } from '../../parts/grid';
import { Icon } from '../../parts/icons';

/** An answer as a table, or as a chart where it has one. */
export function Results({ answer, render }: { readonly answer: Answer; readonly render: string | null }): JSX.Element {
  const chart = useMemo(() => chartOf(answer.columns, answer.rows, render), [answer, render]);
  const [view, setView] = useState<'table' | 'chart'>(render !== null && chart !== null ? 'chart' : 'table');
  const [opened, setOpened] = useState<number | null>(null);
  const shown = chart === null ? 'table' : view;
  const cut = answer.totalRecords > answer.rows.length;

  return (
    <>
      <div class="results-bar">
        <span role="status">
          <strong>{counted(answer.rows.length, 'row')}</strong>
          {cut && <span class="soft"> of {whole(answer.totalRecords)}</span>} <span class="soft">in {duration(answer.milliseconds)}</span>
        </span>
        <span class="grow" />
        <div class="segmented" role="tablist" aria-label="View">
          <button type="button" role="tab" aria-selected={shown === 'table'} onClick={() => setView('table')}>Table</button>
          <button type="button" role="tab" aria-selected={shown === 'chart'} disabled={chart === null} title={chart === null ? 'A chart needs a number and something to draw it by' : undefined} onClick={() => setView('chart')}>Chart</button>
        </div>
        <button type="button" class="button small" disabled={answer.rows.length === 0} onClick={() => downloadCsv('muster-query.csv', answer.columns, answer.rows)}><Icon name="download" />CSV</button>
      </div>
      {cut && (
        <div style={{ padding: '0.6rem 1rem 0' }}>
          <Notice tone="warn">
            {answer.rows.length >= 10_000
              ? `Only the first ${whole(answer.rows.length)} rows are shown. Narrow the query, or export all with muster query.`
              : 'The answer was cut: pages need the column id in the result. Add it, or narrow the query.'}
          </Notice>
        </div>
      )}
      <div class="results-body">
        {answer.rows.length === 0 ? (
          <Empty title="No rows">The query is fine; nothing matches it.</Empty>
        ) : shown === 'chart' && chart !== null ? (
          <div class="results-chart"><ResultChart chart={chart} /></div>
        ) : (
          <Grid columns={answer.columns} rows={answer.rows} onOpen={row => setOpened(row)} />
        )}
      </div>
      {opened !== null && (
        <Drawer title={`Row ${whole(opened + 1)}`} onClose={() => setOpened(null)}>
          <dl class="facts">
            {answer.columns.map((column, at) => {
              const value = answer.rows[opened]![at];
              return [
                <dt key={`${at} name`}>{column.name}</dt>,
                <dd key={`${at} value`}>
                  {value === null || value === undefined ? <span class="faint">null</span> : typeof value === 'object' ? <pre class="json">{JSON.stringify(value, null, 2)}</pre> : cellText(value)}
                </dd>,
              ];
            })}
          </dl>
        </Drawer>
      )}
    </>
  );
}
