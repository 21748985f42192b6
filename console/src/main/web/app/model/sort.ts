/**
 * Row numbers in the order of one column: numbers and times by size, texts by code point ignoring case, null first; rows that are equal keep
 * their order. Descending turns all of it around.
 */
export function sortedRows(rows: readonly (readonly unknown[])[], column: number, descending: boolean): Int32Array {
  const order = Int32Array.from(rows, (_, at) => at);
  const sign = descending ? -1 : 1;
  return order.sort((left, right) => sign * compare(rows[left]![column], rows[right]![column]) || left - right);
}

function compare(left: unknown, right: unknown): number {
  const leftNull = left === null || left === undefined;
  const rightNull = right === null || right === undefined;
  if (leftNull || rightNull) {
    return Number(rightNull) - Number(leftNull);
  }
  if (typeof left === 'number' && typeof right === 'number') {
    return left - right;
  }
  const leftText = textOf(left);
  const rightText = textOf(right);
  return leftText < rightText ? -1 : leftText > rightText ? 1 : 0;
}

function textOf(value: unknown): string {
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).toLowerCase();
}
