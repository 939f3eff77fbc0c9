/** The names of a result's columns, made distinct: a repeated one becomes `name:1`, `name:2`, …, skipping names that are taken. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set(names)
  const seen = new Set<string>()
  return names.map((name) => {
    if (!seen.has(name)) {
      seen.add(name)
      return name
    }
    let number = 1
    while (taken.has(`${name}:${number}`)) number++
    taken.add(`${name}:${number}`)
    return `${name}:${number}`
  })
}
