import type { JSX } from 'preact';
import type { Problem } from '../../model/problems';

/** What is wrong with a query, each with its line and a caret below the place; a click goes there. */
export function ProblemList({ problems, text, onGoTo }: { readonly problems: readonly Problem[]; readonly text: string; readonly onGoTo: (line: number, column: number) => void }): JSX.Element {
  const lines = text.split('\n');
  return (
    <div class="problems" role="alert">
      {problems.map((problem, at) => (
        <div key={at} class="problem">
          <div class="row wrap">
            <strong class="grow">{problem.message}</strong>
            {problem.place !== null && (
              <button type="button" class="button small" onClick={() => onGoTo(problem.place!.line, problem.place!.column)}>
                Line {problem.place.line}, column {problem.place.column}
              </button>
            )}
          </div>
          {problem.place !== null && lines[problem.place.line - 1] !== undefined && (
            <pre>
              {lines[problem.place.line - 1]!.replaceAll('\t', ' ')}
              {'\n'}
              {' '.repeat(problem.place.column - 1)}
              <span class="caret">{'^'.repeat(Math.min(problem.place.length, 80))}</span>
            </pre>
          )}
          {problem.help !== null && <p style={{ marginTop: '0.4rem' }}>{problem.help}</p>}
          <div class="place">{problem.code}</div>
        </div>
      ))}
    </div>
  );
}
