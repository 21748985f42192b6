import type { JSX } from 'preact';
import { nameOf, type Names } from '../../api/names';
import { counted } from '../../model/format';
import { parseResourceId } from '../../model/resource-id';

/** What a remediation or a campaign is to bring about: one of the three. */
export interface Aim {
  readonly policyAssignmentId?: string;
  readonly policyDefinitionReferenceId?: string | null;
  readonly application?: { readonly kind: string; readonly applicationId?: string };
  readonly rollbackOf?: readonly string[];
}

const KINDS: Readonly<Record<string, string>> = {
  require: 'Install',
  raise: 'Raise the version of',
  catchUp: 'Catch up with the newest',
  retry: 'Try again',
  ensure: 'Install and keep current',
  forbid: 'Remove',
  arrange: 'Order and flags of',
};

/** The aim in a line of words. */
export function aimOf(aim: Aim, known: Names): string {
  if (aim.policyAssignmentId !== undefined) {
    return nameOf(known, aim.policyAssignmentId);
  }
  if (aim.rollbackOf !== undefined) {
    return `Earlier values given back, after ${counted(aim.rollbackOf.length, 'remediation')}`;
  }
  const kind = aim.application?.kind ?? '';
  return KINDS[kind] ?? kind;
}

export function Goal({ aim, known }: { readonly aim: Aim; readonly known: Names }): JSX.Element {
  const detail = aim.policyDefinitionReferenceId ?? (aim.application?.applicationId === undefined ? undefined : parseResourceId(aim.application.applicationId).name);
  return <>{aimOf(aim, known)}{detail && <div class="sub">{detail}</div>}</>;
}
