import * as monaco from 'monaco-editor/esm/vs/editor/editor.api';
import 'monaco-editor/esm/vs/base/browser/ui/codicons/codiconStyles';
import 'monaco-editor/esm/vs/editor/contrib/bracketMatching/browser/bracketMatching';
import 'monaco-editor/esm/vs/editor/contrib/caretOperations/browser/caretOperations';
import 'monaco-editor/esm/vs/editor/contrib/clipboard/browser/clipboard';
import 'monaco-editor/esm/vs/editor/contrib/comment/browser/comment';
import 'monaco-editor/esm/vs/editor/contrib/contextmenu/browser/contextmenu';
import 'monaco-editor/esm/vs/editor/contrib/cursorUndo/browser/cursorUndo';
import 'monaco-editor/esm/vs/editor/contrib/find/browser/findController';
import 'monaco-editor/esm/vs/editor/contrib/format/browser/formatActions';
import 'monaco-editor/esm/vs/editor/contrib/gotoError/browser/gotoError';
import 'monaco-editor/esm/vs/editor/contrib/hover/browser/hover';
import 'monaco-editor/esm/vs/editor/contrib/linesOperations/browser/linesOperations';
import 'monaco-editor/esm/vs/editor/contrib/multicursor/browser/multicursor';
import 'monaco-editor/esm/vs/editor/contrib/parameterHints/browser/parameterHints';
import 'monaco-editor/esm/vs/editor/contrib/snippet/browser/snippetController2';
import 'monaco-editor/esm/vs/editor/contrib/suggest/browser/suggestController';
import 'monaco-editor/esm/vs/editor/contrib/toggleTabFocusMode/browser/toggleTabFocusMode';
import 'monaco-editor/esm/vs/editor/contrib/wordHighlighter/browser/wordHighlighter';
import 'monaco-editor/esm/vs/editor/contrib/wordOperations/browser/wordOperations';
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker?worker';
import KustoWorker from '@kusto/monaco-kusto/release/esm/kusto.worker?worker';
import { getKustoWorker, kustoDefaults, type EngineSchema } from '@kusto/monaco-kusto';
import type { Schema } from '../../api/server';
import type { Problem } from '../../model/problems';
import type { Theme } from '../../theme';

/** What the query page does with the editor; the rest of it is monaco's own. */
export interface Editor {
  setText(text: string): void;
  insert(text: string): void;
  show(problems: readonly Problem[]): void;
  goTo(line: number, column: number): void;
  setTheme(theme: Theme): void;
  setSchema(schema: Schema): Promise<void>;
  focus(): void;
  dispose(): void;
}

export interface EditorEvents {
  readonly changed: (text: string) => void;
  readonly moved: (selection: { readonly start: number; readonly end: number }) => void;
  readonly run: () => void;
}

self.MonacoEnvironment = {
  getWorker: (_: string, label: string) => (label === 'kusto' ? new KustoWorker() : new EditorWorker()),
};

defineThemes();

/** Opens the editor in a box; the Kusto worker starts with it. */
export function openEditor(box: HTMLElement, text: string, theme: Theme, events: EditorEvents): Editor {
  const model = modelOf(text);
  const editor = monaco.editor.create(box, {
    model,
    theme: themeName(theme),
    automaticLayout: true,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    fontSize: 13.5,
    lineHeight: 20,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    padding: { top: 12, bottom: 12 },
    lineNumbersMinChars: 3,
    folding: false,
    glyphMargin: false,
    renderLineHighlight: 'none',
    fixedOverflowWidgets: true,
    ariaLabel: 'KQL query. Control and Enter runs it; Control and M lets Tab leave the editor.',
    occurrencesHighlight: 'off',
    scrollbar: { alwaysConsumeMouseWheel: false },
  });
  const run = (): void => {
    editor.trigger('muster', 'hideSuggestWidget', {});
    events.run();
  };
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, run);
  editor.addCommand(monaco.KeyMod.Shift | monaco.KeyCode.Enter, run);
  const listening = model.onDidChangeContent(() => {
    monaco.editor.setModelMarkers(model, 'muster', []);
    events.changed(model.getValue());
  });
  editor.onDidChangeCursorSelection(({ selection }) =>
    events.moved({ start: model.getOffsetAt(selection.getStartPosition()), end: model.getOffsetAt(selection.getEndPosition()) }),
  );

  return {
    setText(newText) {
      editor.executeEdits('muster', [{ range: model.getFullModelRange(), text: newText }]);
      editor.setPosition({ lineNumber: 1, column: 1 });
      editor.setScrollTop(0);
    },
    insert(inserted) {
      editor.executeEdits('muster', [{ range: editor.getSelection()!, text: inserted, forceMoveMarkers: true }]);
      editor.focus();
    },
    show(problems) {
      monaco.editor.setModelMarkers(
        model,
        'muster',
        problems.flatMap(problem => (problem.place === null ? [] : [{
          severity: monaco.MarkerSeverity.Error,
          message: problem.help === null ? problem.message : `${problem.message}\n${problem.help}`,
          code: problem.code,
          startLineNumber: problem.place.line,
          startColumn: problem.place.column,
          endLineNumber: problem.place.line,
          endColumn: problem.place.column + problem.place.length,
        }])),
      );
    },
    goTo(line, column) {
      editor.setPosition({ lineNumber: line, column });
      editor.revealLineInCenterIfOutsideViewport(line);
      editor.focus();
    },
    setTheme: newTheme => monaco.editor.setTheme(themeName(newTheme)),
    async setSchema(schema) {
      limitCompletions(schema);
      const accessor = await getKustoWorker();
      const worker = await accessor(model.uri);
      await worker.setSchema(engineSchema(schema));
    },
    focus: () => editor.focus(),
    dispose() {
      listening.dispose();
      editor.dispose();
    },
  };
}

// One text for as long as the window lives: Kusto's service answers late, and looks for the text it was asked about without expecting it to be gone.
function modelOf(text: string): monaco.editor.ITextModel {
  const uri = monaco.Uri.parse('inmemory://muster/query.kql');
  const model = monaco.editor.getModel(uri) ?? monaco.editor.createModel('', 'kusto', uri);
  if (model.getValue() !== text) {
    model.setValue(text);
  }
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  monaco.editor.setModelMarkers(model, 'muster', []);
  return model;
}

/** Table names compare ignoring case here; Kusto's service minds it, so it is told both the usual spellings. */
function spellings(name: string): string[] {
  const capital = name.charAt(0).toUpperCase() + name.slice(1);
  return capital === name ? [name] : [name, capital];
}

function engineSchema(schema: Schema): EngineSchema {
  const database = {
    name: 'estate',
    majorVersion: 1,
    minorVersion: 0,
    tables: schema.tables.flatMap(table =>
      spellings(table.name).map(name => ({ name, docstring: table.description ?? '', columns: table.columns.map(column => ({ name: column.name, type: column.type })) })),
    ),
    functions: [],
    entityGroups: [],
  };
  return { clusterType: 'Engine', cluster: { connectionString: 'https://muster', databases: [database] }, database };
}

// Settings must stand before the worker starts: a later change would stop it and lose its schema. The filter looks here each time.
let offered: { readonly functions: ReadonlySet<string> | null; readonly hidden: ReadonlySet<string> } = { functions: null, hidden: new Set() };

kustoDefaults.setLanguageSettings({
  ...kustoDefaults.languageSettings,
  includeControlCommands: false,
  // Colours at once by the words, until the service, which knows the names, is up.
  useTokenColorization: true,
  onDidProvideCompletionItems: list => Promise.resolve({ ...list, items: list.items.filter(item => isOffered(item.label)) }),
});

/** Whether the server's language has what Kusto's service would offer, and it is no second spelling of a table. */
function isOffered(label: string): boolean {
  const name = label.replace(/\(.*$/, '').trim();
  const isFunction = label.includes('(');
  return !offered.hidden.has(name) && (!isFunction || offered.functions === null || offered.functions.has(name.toLowerCase()));
}

function limitCompletions(schema: Schema): void {
  const functions = [...(schema.functions ?? []), ...(schema.aggregates ?? [])];
  offered = {
    functions: functions.length === 0 ? null : new Set(functions.map(name => name.toLowerCase())),
    hidden: new Set(schema.tables.flatMap(table => spellings(table.name).slice(1))),
  };
}

function themeName(theme: Theme): string {
  return theme === 'dark' ? 'muster-dark' : 'muster-light';
}

// The final colours are in console.css: Kusto's service classifies the words and the editor puts the class on each. These stand in before.
function defineThemes(): void {
  const rules = (word: string, text: string, comment: string): monaco.editor.ITokenThemeRule[] => [
    { token: 'keyword', foreground: word },
    { token: 'operator.sql', foreground: word },
    { token: 'string', foreground: text },
    { token: 'comment', foreground: comment },
  ];
  monaco.editor.defineTheme('muster-light', {
    base: 'vs',
    inherit: true,
    rules: rules('7a3fa8', 'a3301f', '6f7b78'),
    colors: { 'editor.background': '#ffffff', 'editor.foreground': '#17211f', 'editorLineNumber.foreground': '#a9b4b1', 'editorSuggestWidget.selectedBackground': '#d3ebe3', 'editorSuggestWidget.selectedForeground': '#17211f', 'editorSuggestWidget.highlightForeground': '#17705b', 'editorSuggestWidget.focusHighlightForeground': '#17705b' },
  });
  monaco.editor.defineTheme('muster-dark', {
    base: 'vs-dark',
    inherit: true,
    rules: rules('c3a5f5', 'e59a84', '7f8e8a'),
    colors: {
      'editor.background': '#161e1c',
      'editor.foreground': '#e4ecea',
      'editorLineNumber.foreground': '#5d6d69',
      'editorWidget.background': '#1b2523',
      'editorSuggestWidget.background': '#1b2523',
      'editorSuggestWidget.selectedBackground': '#25493f',
      'editorSuggestWidget.highlightForeground': '#46b795',
      'editorSuggestWidget.focusHighlightForeground': '#57cdaa',
    },
  });
}
