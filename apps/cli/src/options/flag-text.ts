/** Options whose flag has another name. */
const flags = new Map([['replaceAll', '--yes']])

/** Turns the options that a library's sentence names in backticks into flags: `maxRows` becomes --max-rows. */
export function flagText(text: string): string {
  return text.replace(
    /`([a-z][A-Za-z]*)`/g,
    (_, option: string) =>
      flags.get(option) ?? `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )
}
