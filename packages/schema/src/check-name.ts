/** Throws a TypeError unless every engine accepts `name`. */
export function checkName(subject: string, name: string): void {
  // Hive converts names to lower case, and older metastores keep only 128 characters of a table's name.
  if (!/^[a-z][a-z0-9_]{0,127}$/.test(name)) {
    throw new TypeError(
      `${subject} expected lower-case letters, digits and underscores, a letter first, at most 128, got ${JSON.stringify(name)}`,
    )
  }
}
