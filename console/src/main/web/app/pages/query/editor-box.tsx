import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { schema } from '../../api/server';
import type { Problem } from '../../model/problems';
import { useTheme } from '../../theme';
import type { Editor } from './editor';

/** What the page holds of the editor, whichever it is. */
export interface EditorHandle {
  setText(text: string): void;
  insert(text: string): void;
  goTo(line: number, column: number): void;
  selection(): { readonly start: number; readonly end: number };
}

interface Props {
  readonly text: string;
  readonly height: number;
  readonly problems: readonly Problem[];
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
  readonly handle: { current: EditorHandle | null };
}

/**
 * The query's text. One can type at once, in a plain field; the editor with colours and completion takes its place when it is loaded. If it cannot be
 * loaded the plain field stays.
 */
export function EditorBox({ text, height, problems, onChange, onRun, handle }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<Editor | null>(null);
  const selected = useRef({ start: 0, end: 0 });
  const [rich, setRich] = useState(false);
  const theme = useTheme();
  const latest = useRef({ text, theme, onChange, onRun });
  latest.current = { text, theme, onChange, onRun };

  useEffect(() => {
    let gone = false;
    void import('./editor').then(
      module => {
        if (gone || box.current === null) {
          return;
        }
        const focused = document.activeElement === plain.current;
        const opened = module.openEditor(box.current, latest.current.text, latest.current.theme, {
          changed: changed => latest.current.onChange(changed),
          moved: selection => (selected.current = selection),
          run: () => latest.current.onRun(),
        });
        editor.current = opened;
        setRich(true);
        if (focused) {
          opened.focus();
        }
        schema().then(known => opened.setSchema(known), () => undefined);
      },
      // Without it the plain field does all that is needed.
      () => undefined,
    );
    return () => {
      gone = true;
      editor.current?.dispose();
      editor.current = null;
    };
  }, []);

  useEffect(() => editor.current?.setTheme(theme), [theme]);
  useEffect(() => editor.current?.show(problems), [problems, rich]);

  handle.current = {
    setText(newText) {
      if (editor.current !== null) {
        editor.current.setText(newText);
      } else {
        onChange(newText);
      }
    },
    insert(inserted) {
      if (editor.current !== null) {
        editor.current.insert(inserted);
      } else {
        const { start, end } = selectionOf(plain.current);
        onChange(text.slice(0, start) + inserted + text.slice(end));
      }
    },
    goTo(line, column) {
      if (editor.current !== null) {
        editor.current.goTo(line, column);
      } else if (plain.current !== null) {
        const at = text.split('\n').slice(0, line - 1).reduce((sum, found) => sum + found.length + 1, 0) + column - 1;
        plain.current.focus();
        plain.current.setSelectionRange(at, at + 1);
      }
    },
    selection: () => (editor.current !== null ? selected.current : selectionOf(plain.current)),
  };

  return (
    <div class="editor" style={{ height: `${height}px` }} data-editor={rich ? 'rich' : 'plain'}>
      <div class="monaco" ref={box} hidden={!rich} />
      {!rich && (
        <textarea
          ref={plain}
          aria-label="KQL query. Control and Enter runs it."
          spellcheck={false}
          value={text}
          onInput={event => onChange(event.currentTarget.value)}
          onKeyDown={event => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey || event.shiftKey)) {
              event.preventDefault();
              onRun();
            }
          }}
        />
      )}
    </div>
  );
}

function selectionOf(field: HTMLTextAreaElement | null): { start: number; end: number } {
  return field === null ? { start: 0, end: 0 } : { start: field.selectionStart, end: field.selectionEnd };
}
