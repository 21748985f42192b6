/** The rows of a long list that are to be drawn: those in view and a few around them. */
export interface Window {
  readonly first: number;
  /** One behind the last. */
  readonly end: number;
}

export function windowOf(count: number, rowHeight: number, scrollTop: number, viewHeight: number, around: number): Window {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - around);
  const end = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + around);
  return { first: Math.min(first, end), end };
}

/** The scroll position that brings a row into view, or the present one when it is there. */
export function scrollTo(row: number, rowHeight: number, scrollTop: number, viewHeight: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) {
    return top;
  }
  return top + rowHeight > scrollTop + viewHeight ? top + rowHeight - viewHeight : scrollTop;
}
