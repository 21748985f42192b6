/** What the scanner says at each place outside strings and comments. */
type Visit = (char: string, at: number, depth: number) => void;

/** Walks over a KQL text and visits every character that stands outside strings and comments, with its depth of brackets. */
function scan(text: string, visit: Visit): void {
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (char === '/' && text[at + 1] === '/') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (text.startsWith('```', at)) {
      visit(char, at, depth);
      at = behind(text, '```', at + 3);
    } else if (char === '@' && (text[at + 1] === '"' || text[at + 1] === "'")) {
      visit(char, at, depth);
      at = behind(text, text[at + 1]!, at + 2);
    } else if (char === '"' || char === "'") {
      visit(char, at, depth);
      at = behindString(text, at);
    } else {
      if (char === ')' || char === ']' || char === '}') {
        depth = Math.max(0, depth - 1);
      }
      visit(char, at, depth);
      if (char === '(' || char === '[' || char === '{') {
        depth++;
      }
      at++;
    }
  }
}

function behind(text: string, closing: string, from: number): number {
  const end = text.indexOf(closing, from);
  return end < 0 ? text.length : end + closing.length;
}

function behindString(text: string, open: number): number {
  const quote = text[open];
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') {
      at++;
    } else if (text[at] === quote) {
      return at + 1;
    } else if (text[at] === '\n') {
      return at;
    }
  }
  return text.length;
}

/** The offsets of the pipes that stand outside strings, comments and brackets. */
export function topLevelPipes(text: string): number[] {
  const pipes: number[] = [];
  scan(text, (char, at, depth) => {
    if (char === '|' && depth === 0) {
      pipes.push(at);
    }
  });
  return pipes;
}

/**
 * A trailing `| render kind ...` is the reader's wish about the picture: it is taken off before the query is sent. Offsets of what is left do not
 * change.
 */
export function splitRender(text: string): { readonly query: string; readonly render: string | null } {
  const last = topLevelPipes(text).at(-1);
  const render = last === undefined ? null : /^\|\s*render\s+([a-z]+)\b/i.exec(text.slice(last));
  return render === null ? { query: text, render: null } : { query: text.slice(0, last), render: render[1]!.toLowerCase() };
}

export interface Block {
  readonly start: number;
  readonly text: string;
}

/**
 * The queries of an editor. Blank lines part them, but not where the text plainly goes on: inside brackets, behind `;`, `,` or `|`, or before a pipe.
 */
export function blocksOf(text: string): Block[] {
  const starts = [0];
  let previous = '';
  let behindPrevious = 0;
  scan(text, (char, at, depth) => {
    if (/\s/.test(char)) {
      return;
    }
    // A comment between two queries belongs to the second: the cut is behind the first blank line.
    const blank = /\n[ \t\r]*\n/.exec(text.slice(behindPrevious, at));
    if (previous !== '' && depth === 0 && blank !== null && char !== '|' && !';,|'.includes(previous)) {
      starts.push(behindPrevious + blank.index + blank[0].length);
    }
    previous = char;
    behindPrevious = at + 1;
  });
  return starts.map((start, index) => ({ start, text: text.slice(start, starts[index + 1] ?? text.length) }));
}

/** The query in which the caret stands. */
export function blockAt(text: string, caret: number): Block {
  const blocks = blocksOf(text);
  return blocks.findLast(block => block.start <= caret) ?? blocks[0]!;
}

/** A text as a literal of a query, whatever is in it. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
