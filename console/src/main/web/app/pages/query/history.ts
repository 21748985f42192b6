const KEY = 'muster.queries';
const KEPT = 15;

/** The queries that were run in this browser, newest first. */
export function recentQueries(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(text => typeof text === 'string') : [];
  } catch {
    // Something else wrote this key, or it was cut: start anew.
    return [];
  }
}

export function rememberQuery(text: string): void {
  const trimmed = text.trim();
  if (trimmed !== '' && trimmed.length < 20_000) {
    localStorage.setItem(KEY, JSON.stringify([trimmed, ...recentQueries().filter(old => old !== trimmed)].slice(0, KEPT)));
  }
}
