/** A library's sentence as the command line says it: an option named in backticks becomes its flag, `maxRows` --max-rows. */
export function flagText(text: string): string {
  return text.replace(
    /`([a-z][A-Za-z]*)`/g,
    (_, option: string) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )
}
