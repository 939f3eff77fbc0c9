/** Writes times as a zone's clock shows them, with the offset from UTC: `2026-03-29T03:00:00+02:00`; milliseconds only if there are some. */
export function zonedText(zone: string): (time: Date) => string {
  const format = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  return (time) => {
    const shown = format.format(time).replace(' ', 'T')
    const millis = ((time.getTime() % 1000) + 1000) % 1000
    const offset = Math.round((Date.parse(`${shown}Z`) + millis - time.getTime()) / 60_000)
    const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60]
    const two = (number: number) => String(number).padStart(2, '0')
    const fraction = millis === 0 ? '' : `.${String(millis).padStart(3, '0')}`
    return `${shown}${fraction}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`
  }
}
