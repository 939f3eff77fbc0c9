/** A member of an object that is its own: `constructor` is a valid column name, and a member that every object inherits. */
export function ownMember<Value>(object: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
