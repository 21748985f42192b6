import { describe, expect, it } from 'vitest';
import { blockAt, blocksOf, literal, splitRender, topLevelPipes } from '../../main/web/app/model/query-text';

describe('pipes', () => {
  it('are found outside strings, comments and brackets only', () => {
    const text = `T | where a == "x|y" // a | b\n| join (U | take 1) on id | project b = @'c|\\'`;
    expect(topLevelPipes(text).map(at => text.slice(at, at + 6))).toEqual(['| wher', '| join', '| proj']);
  });
  it('an unclosed string ends with its line', () => {
    expect(topLevelPipes('T | where a == "x\n| take 1')).toHaveLength(2);
  });
});

describe('render', () => {
  it('is taken off the end', () => {
    expect(splitRender('T | count | render BarChart with (title="x")')).toEqual({ query: 'T | count ', render: 'barchart' });
  });
  it('inside a query stays', () => {
    expect(splitRender('T | render piechart | take 1').render).toBeNull();
  });
});

describe('blocks', () => {
  it('are parted by blank lines', () => {
    expect(blocksOf('A | take 1\n\nB | take 2').map(block => block.text.trim())).toEqual(['A | take 1', 'B | take 2']);
  });
  it('go on over a blank line before a pipe, behind a semicolon and within brackets', () => {
    expect(blocksOf('let x = 1;\n\nA\n\n| where b in (1,\n\n2)')).toHaveLength(1);
  });
  it('a comment belongs to the query below it', () => {
    expect(blocksOf('A\n\n// about B\nB').map(block => block.text)).toEqual(['A\n\n', '// about B\nB']);
  });
  it('the caret chooses', () => {
    const text = 'A\n\nB\n\nC';
    expect(blockAt(text, 3).text.trim()).toBe('B');
    expect(blockAt(text, 0).text.trim()).toBe('A');
    expect(blockAt(text, 99).text.trim()).toBe('C');
  });
});

describe('a literal', () => {
  it('holds quotes and backslashes', () => {
    expect(literal("it's C:\\tools")).toBe("'it\\'s C:\\\\tools'");
  });
});
