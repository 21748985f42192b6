/** Counts of compliance states, as Policy Insights' `resourceDetails` and `policyDetails` hold them. */
export interface StateCount {
  readonly complianceState: string;
  readonly count: number;
}

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'mute';

/** States in the order in which Azure rolls them up: the first one that occurs decides. */
export const STATES = ['NonCompliant', 'Compliant', 'Error', 'Conflict', 'Protected', 'Exempt', 'Unknown'] as const;

export function countOf(details: readonly StateCount[], state: string): number {
  return details
    .filter(detail => detail.complianceState.toLowerCase() === state.toLowerCase())
    .reduce((sum, detail) => sum + detail.count, 0);
}

/**
 * Azure's percentage: (Compliant + Exempt + Unknown) of those and NonCompliant, Conflict and Error. Protected is in neither.
 * Null when nothing was evaluated.
 */
export function compliancePercent(details: readonly StateCount[]): number | null {
  const fine = countOf(details, 'Compliant') + countOf(details, 'Exempt') + countOf(details, 'Unknown');
  const not = countOf(details, 'NonCompliant') + countOf(details, 'Conflict') + countOf(details, 'Error');
  return fine + not === 0 ? null : (100 * fine) / (fine + not);
}

/** Rounded so that 100 % is shown only when nothing is missing, and 0 % only when nothing is there. */
export function percentText(percent: number | null): string {
  if (percent === null) {
    return '–';
  }
  if (percent > 99.9 && percent < 100) {
    return '99.9 %';
  }
  if (percent > 0 && percent < 0.1) {
    return '0.1 %';
  }
  return percent === 0 || percent === 100 ? `${percent} %` : `${percent.toFixed(1)} %`;
}

export function toneOf(state: string): Tone {
  switch (state.toLowerCase()) {
    case 'compliant':
      return 'good';
    case 'noncompliant':
      return 'bad';
    case 'error':
    case 'conflict':
      return 'warn';
    case 'exempt':
    case 'protected':
      return 'info';
    default:
      return 'mute';
  }
}

const EFFECTS = ['append', 'audit', 'auditIfNotExists', 'addToNetworkGroup', 'deny', 'denyAction', 'deployIfNotExists', 'disabled', 'manual', 'modify', 'mutate'];

/** An effect as policies spell it: the summary has it in lower case. */
export function effectName(effect: string): string {
  return EFFECTS.find(name => name.toLowerCase() === effect.toLowerCase()) ?? effect;
}

/** `AwaitingApproval` as people read it. */
export function spaced(state: string): string {
  return state.replace(/(?<=[a-z])[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}

/** `noncompliant` (the summary's spelling) and `NonCompliant` (the records') as people read them. */
export function stateName(state: string): string {
  const known = STATES.find(name => name.toLowerCase() === state.toLowerCase());
  return known === 'NonCompliant' ? 'Non-compliant' : (known ?? state);
}
