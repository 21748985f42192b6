import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ServerFault } from '../api/http';
import { stateName, toneOf, type StateCount, type Tone, STATES, countOf } from '../model/compliance';
import { whole } from '../model/format';
import { parseResourceId } from '../model/resource-id';
import { Icon, type IconName } from './icons';

const TONE_ICONS: Record<Tone, IconName> = { good: 'check', bad: 'cross', warn: 'alert', info: 'info', mute: 'dash' };

/** A state as a coloured word; its sign tells it without the colour. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }): JSX.Element {
  return (
    <span class={`badge ${tone}`}>
      <Icon name={TONE_ICONS[tone]} />
      {children}
    </span>
  );
}

export function StateBadge({ state }: { readonly state: string }): JSX.Element {
  return <Badge tone={toneOf(state)}>{stateName(state)}</Badge>;
}

export function Notice({ tone, children }: { readonly tone: Exclude<Tone, 'mute'>; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={TONE_ICONS[tone]} />
      <div class="grow">{children}</div>
    </div>
  );
}

/** A failure in the server's words, with what to do next. */
export function Failure({ failure, retry }: { readonly failure: Error; readonly retry?: () => void }): JSX.Element {
  const fault = failure instanceof ServerFault ? failure : null;
  const details = fault?.details.filter(detail => detail.message !== '' && detail.message !== detail.code) ?? [];
  return (
    <Notice tone="bad">
      <strong>{failure.message}</strong>
      {details.map(detail => (
        <div key={detail.code} class="sub">{detail.code}: {detail.message}</div>
      ))}
      {fault?.correlationId && fault.status >= 500 && !failure.message.includes(fault.correlationId) && <div class="sub">Correlation id {fault.correlationId}</div>}
      {retry && (
        <div style={{ marginTop: '0.5rem' }}>
          <button type="button" class="button small" onClick={retry}>Try again</button>
        </div>
      )}
    </Notice>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

export function Waiting({ lines = 4 }: { readonly lines?: number }): JSX.Element {
  return (
    <div aria-busy="true" aria-label="Loading" role="status">
      {Array.from({ length: lines }, (_, at) => (
        <div key={at} class="skeleton" style={{ width: `${92 - ((at * 23) % 50)}%` }} />
      ))}
    </div>
  );
}

/** Shares of states as one bar, with the figures as its description. */
export function StateMeter({ details }: { readonly details: readonly StateCount[] }): JSX.Element {
  const present = STATES.map(state => ({ state, count: countOf(details, state) })).filter(part => part.count > 0);
  // Compliant first: the bar fills from the left as the fleet gets better.
  present.sort((left, right) => Number(right.state === 'Compliant') - Number(left.state === 'Compliant'));
  const text = present.map(part => `${whole(part.count)} ${stateName(part.state)}`).join(', ');
  return (
    <div class="meter" role="img" aria-label={text === '' ? 'nothing evaluated' : text} title={text}>
      {present.map(part => (
        <span key={part.state} class={`fill-${toneOf(part.state)}`} style={{ flexGrow: part.count }} />
      ))}
    </div>
  );
}

/** A resource by its name, with where it is below it. */
export function ResourceName({ id, href }: { readonly id: string; readonly href?: string }): JSX.Element {
  const parts = parseResourceId(id);
  return (
    <div title={id}>
      {href === undefined ? <span class="title">{parts.name}</span> : <a class="title" href={href}>{parts.name}</a>}
      <div class="sub">{parts.resourceGroup ?? parts.subscription ?? parts.managementGroup ?? ''}</div>
    </div>
  );
}

interface ModalProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A panel from the right, modal, closed by Escape. */
export function Drawer({ title, onClose, children }: ModalProps): JSX.Element {
  const dialog = useModal();
  return (
    <dialog ref={dialog} class="drawer" aria-label={title} onClose={onClose} onClick={event => event.target === event.currentTarget && onClose()}>
      <div class="drawer-frame">
        <div class="drawer-head">
          <h2 class="grow" style={{ fontSize: '1.1rem', overflowWrap: 'anywhere' }}>{title}</h2>
          <button type="button" class="button quiet small" onClick={onClose} aria-label="Close"><Icon name="close" /></button>
        </div>
        <div class="drawer-body">{children}</div>
      </div>
    </dialog>
  );
}

export function Dialog({ title, onClose, children }: ModalProps): JSX.Element {
  const dialog = useModal();
  return (
    <dialog ref={dialog} class="dialog" aria-label={title} onClose={onClose}>
      {children}
    </dialog>
  );
}

function useModal(): { current: HTMLDialogElement | null } {
  const dialog = useRef<HTMLDialogElement | null>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element !== null && !element.open) {
      element.showModal();
    }
  }, []);
  return dialog;
}
