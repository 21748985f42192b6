import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { schema } from '../../api/server';
import { Failure, Waiting } from '../../parts/basics';
import { useData } from '../../parts/use-data';

/** The tables and their columns; a click puts a name where the caret is. */
export function SchemaPanel({ onInsert }: { readonly onInsert: (text: string) => void }): JSX.Element {
  const loaded = useData('schema', schema);
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const tables = (loaded.data?.tables ?? []).filter(
    table => wanted === '' || table.name.includes(wanted) || table.columns.some(column => column.name.toLowerCase().includes(wanted)),
  );
  return (
    <aside class="schema" aria-label="Tables">
      <div class="schema-head">
        <input class="input" type="search" placeholder="Tables and columns" aria-label="Filter tables and columns" value={text} onInput={event => setText(event.currentTarget.value)} />
      </div>
      <div class="schema-list">
        {loaded.failure !== null && <Failure failure={loaded.failure} retry={loaded.reload} />}
        {loaded.data === null && loaded.failure === null && <Waiting lines={6} />}
        {tables.map(table => (
          <details key={table.name} open={wanted !== '' || table.name === 'resources'}>
            <summary title={table.description} onDblClick={() => onInsert(table.name)}>{table.name}</summary>
            <ul>
              {table.columns.filter(column => wanted === '' || table.name.includes(wanted) || column.name.toLowerCase().includes(wanted)).map(column => (
                <li key={column.name}>
                  <button type="button" title={`Insert ${column.name}`} onClick={() => onInsert(column.name)}><span>{column.name}</span><span>{column.type}</span></button>
                </li>
              ))}
            </ul>
          </details>
        ))}
      </div>
    </aside>
  );
}
