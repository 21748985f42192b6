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
  const problems: Problem[] = [];
  for (const detail of details) {
    const last = problems.at(-1);
    if (detail.line === undefined && last !== undefined && last.code === 'ParserFailure') {
      // Azure's parser failure has a place and no words; the sentence with Kusto's number follows it.
      problems[problems.length - 1] = { ...last, code: detail.code, message: detail.message, help: detail.help ?? last.help };
    } else {
      problems.push({ code: detail.code, message: messageOf(detail), help: detail.help ?? null, place: placeOf(detail, before) });
    }
  }
  return problems;
}

// Azure's messages often only repeat the code; token and expectedToken then say more.
function messageOf(detail: FaultDetail): string {
  if (detail.message !== '' && detail.message !== detail.code) {
    return detail.message;
  }
  const token = unquoted(detail.token ?? '').trim();
  const at = token === '' ? '' : ` at '${token}'`;
  const expected = detail.expectedToken === undefined || detail.expectedToken === '' ? '' : `; expected ${detail.expectedToken}`;
  return `The query does not parse${at}${expected}.`;
}

/** Tokens come in apostrophes: `' and'`. */
function unquoted(token: string): string {
  return token.length >= 2 && token.startsWith("'") && token.endsWith("'") ? token.slice(1, -1) : token;
}

function placeOf(detail: FaultDetail, before: readonly string[]): Problem['place'] {
  if (detail.line === undefined || detail.line < 1) {
    return null;
  }
  const column = (detail.characterPositionInLine ?? 0) + 1;
  return {
    line: before.length - 1 + detail.line,
    column: detail.line === 1 ? (before.at(-1)?.length ?? 0) + column : column,
    length: Math.max(1, detail.length ?? unquoted(detail.token ?? '').length),
  };
}
