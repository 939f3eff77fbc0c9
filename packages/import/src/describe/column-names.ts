/**
 * Names for the columns of a table from those of a file: lower-case letters, digits and underscores, each once. A column without a name is
 * named by its position.
 */
export function columnNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name, index) => {
    const plain = name
      .normalize('NFKD')
      .replace(/[\u0300-\u036f]/g, '')
      .trim()
      .replace(/([a-z0-9])([A-Z])/g, (both, lower: string, upper: string) =>
        /^[A-Z_0-9\s]+$/.test(name) ? both : `${lower}_${upper}`,
      )
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
    const letter = plain === '' ? `column_${index + 1}` : /^[a-z]/.test(plain) ? plain : `c_${plain}`
    let unique = letter.slice(0, 120)
    for (let number = 2; taken.has(unique); number++) unique = `${letter.slice(0, 110)}_${number}`
    taken.add(unique)
    return unique
  })
}
