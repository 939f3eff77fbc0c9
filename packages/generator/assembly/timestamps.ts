import { timestamps } from './memory'

/** Writes `count` evenly spaced timestamps into the batch, in epoch microseconds. */
export function fillTimestamps(first: i64, step: i64, count: i32): void {
  let moment = first
  const end = timestamps + ((<usize>count) << 3)
  for (let at = timestamps; at < end; at += 8) {
    store<i64>(at, moment)
    moment += step
  }
}
