import { describe, expect, it } from 'vitest';
import { ServerFault } from '../../main/web/app/api/http';
import { problemsOf } from '../../main/web/app/model/problems';
import { link, parseRoute } from '../../main/web/app/router';

describe('problems', () => {
  const fault = (detail: object): ServerFault =>
    new ServerFault(400, 'BadRequest', 'Please provide below info', [{ code: 'InvalidQuery', message: 'Query is invalid.' }, detail as never]);

  it('have their place in the whole text', () => {
    const text = 'A\n\n  B | where x';
    const [problem] = problemsOf(fault({ code: 'SemanticError', message: "no 'x'", line: 1, characterPositionInLine: 10, token: 'x' }), text, 5);
    expect(problem!.place).toEqual({ line: 3, column: 13, length: 1 });
  });
  it('say what was expected when the message only repeats the code', () => {
    const [problem] = problemsOf(fault({ code: 'ParserFailure', message: 'ParserFailure', line: 1, characterPositionInLine: 42, token: "' and'", expectedToken: "'" }), 'q', 0);
    expect(problem!.message).toContain("expected '");
  });
  it('take the sentence that follows a parser failure', () => {
    const refused = new ServerFault(400, 'BadRequest', 'm', [
      { code: 'InvalidQuery', message: 'Query is invalid.' },
      { code: 'ParserFailure', message: 'ParserFailure', line: 1, characterPositionInLine: 2, token: "'oops'" },
      { code: 'KS006', message: 'Missing expression.' },
    ]);
    expect(problemsOf(refused, 'q oops', 0)).toEqual([{ code: 'KS006', message: 'Missing expression.', help: null, place: { line: 1, column: 3, length: 4 } }]);
  });
  it('without a place are told all the same', () => {
    const [problem] = problemsOf(fault({ code: 'InvalidQueryLanguage', message: 'm', line: -1, characterPositionInLine: -1 }), 'q', 0);
    expect(problem!.place).toBeNull();
  });
  it('a fault without details stands for itself', () => {
    expect(problemsOf(new ServerFault(400, 'X', 'words'), 'q', 0)).toEqual([{ code: 'X', message: 'words', help: null, place: null }]);
  });
});

describe('addresses', () => {
  it('are read as they are written', () => {
    const route = parseRoute(link('compliance/assignment', { id: '/a/b?c&d', state: '' }));
    expect(route.path).toEqual(['compliance', 'assignment']);
    expect(Object.fromEntries(route.parameters)).toEqual({ id: '/a/b?c&d' });
  });
});
