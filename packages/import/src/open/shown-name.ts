/** A column's name for messages: its position if it has no name. */
export function shownName(name: string, index: number): string {
  return name.trim() === '' ? `#${index + 1} (without a name)` : name
}
