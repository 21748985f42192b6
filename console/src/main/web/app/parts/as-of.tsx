import type { JSX } from 'preact';
import { instantOf, localInput, moment } from '../model/format';
import { Notice } from './basics';

interface Props {
  /** The instant shown; null for now. */
  readonly at: string | null;
  readonly onPick: (at: string | null) => void;
}

/** Goes to an instant of the past, or back to now when it is emptied. */
export function AsOf({ at, onPick }: Props): JSX.Element {
  return (
    <label class="as-of">
      <span>As of</span>
      <input
        class="input"
        type="datetime-local"
        step="1"
        value={at === null ? '' : localInput(at)}
        max={localInput(new Date().toISOString())}
        onChange={event => onPick(instantOf(event.currentTarget.value))}
      />
    </label>
  );
}

/** Says that what is shown is past, so that nobody takes it for now. */
export function PastNotice({ at, now }: { readonly at: string; readonly now: string }): JSX.Element {
  return <Notice tone="info">This is how it was on {moment(at)}. <a href={now}>Back to now</a></Notice>;
}
