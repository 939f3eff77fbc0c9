/** Turns the options that a library's sentence names in backticks into flags: `maxRows` becomes --max-rows. */
export function flagText(text: string): string {
  return text.replace(
    /`([a-z][A-Za-z]*)`/g,
    (_, option: string) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )
}
