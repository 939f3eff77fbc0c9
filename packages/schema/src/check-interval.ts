/** Throws a TypeError unless the time between readings is left out, or a number of seconds from a millisecond to about 31 years. */
export function checkInterval(subject: string, seconds: number | undefined): void {
  if (seconds === undefined || (typeof seconds === 'number' && seconds >= 0.001 && seconds < 1e9)) return
  throw new TypeError(
    `${subject}: intervalSeconds expected a number of seconds of at least 0.001, got ${String(seconds)}`,
  )
}
