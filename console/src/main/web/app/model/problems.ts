import type { FaultDetail, ServerFault } from '../api/http';

/** A fault of a query with its place in the editor: line and column from 1. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly help: string | null;
  readonly place: { readonly line: number; readonly column: number; readonly length: number } | null;
}

/**
 * The problems that a refused query has, their places moved by where the query starts in the editor. Azure's first detail (`InvalidQuery`) only says
 * that others follow.
 */
export function problemsOf(fault: ServerFault, text: string, offset: number): Problem[] {
  const details = fault.details.filter(detail => detail.code !== 'InvalidQuery');
  if (details.length === 0) {
    return [{ code: fault.code, message: fault.message, help: null, place: null }];
  }
  const before = text.slice(0, offset).split('\n');
  return details.map(detail => ({
    code: detail.code,
    message: messageOf(detail),
    help: detail.help ?? null,
    place: placeOf(detail, before),
  }));
}

// Azure's messages often only repeat the code; token and expectedToken then say more.
function messageOf(detail: FaultDetail): string {
  if (detail.message !== '' && detail.message !== detail.code) {
    return detail.message;
  }
  const parts = [`The query does not parse`];
  if (detail.token !== undefined && detail.token !== '') {
    parts.push(` at '${detail.token.trim()}'`);
  }
  if (detail.expectedToken !== undefined && detail.expectedToken !== '') {
    parts.push(`; expected ${detail.expectedToken}`);
  }
  return `${parts.join('')}.`;
}

function placeOf(detail: FaultDetail, before: readonly string[]): Problem['place'] {
  if (detail.line === undefined || detail.line < 1) {
    return null;
  }
  const column = (detail.characterPositionInLine ?? 0) + 1;
  return {
    line: before.length - 1 + detail.line,
    column: detail.line === 1 ? (before.at(-1)?.length ?? 0) + column : column,
    length: Math.max(1, detail.length ?? detail.token?.length ?? 1),
  };
}
