/** The keys of a record, typed. The record must have no keys beyond those of its type. */
export function keysOf<Key extends string>(record: Readonly<Partial<Record<Key, unknown>>>): Key[] {
  return Object.keys(record) as Key[]
}
