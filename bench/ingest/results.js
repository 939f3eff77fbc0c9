import { alignedText, bestOf } from '../results.js'

/** A contender's runs as one result: the least of its times, the most of its memory, and per second. */
export function summarizeUpload({ name, input, ours, files, bytes }, runs) {
  const best = bestOf(runs)
  return {
    input,
    name,
    ours: ours ?? false,
    files,
    bytes,
    megabytesPerSecond: bytes / 1e6 / best.seconds,
    filesPerSecond: files / best.seconds,
    ...best,
  }
}

/** Adds to each other contender how many times as fast ours is on the same input. */
export function compareUploads(results) {
  return results.map((result) => {
    const ours = results.find(({ ours, input }) => ours && input === result.input)
    if (ours === undefined || result.ours) return result
    return { ...result, oursTimesAsFast: result.seconds / ours.seconds }
  })
}

/** Results as lines of text, one a contender, a blank line between inputs. */
export function uploadTable(results) {
  const head = ['', '', 'MB/s', 'files/s', 's', 'wall s', 'CPU s', 'server CPU s', 'peak MiB', 'ours: speed']
  const number = (value, digits) => value?.toFixed(digits) ?? '–'
  const lines = results.map((result) => [
    result.input,
    result.name,
    number(result.megabytesPerSecond, 0),
    number(result.filesPerSecond, 1),
    number(result.seconds, 2),
    number(result.wallSeconds, 2),
    number(result.cpuSeconds, 2),
    number(result.serverCpuSeconds, 2),
    number(result.peakMib, 0),
    result.oursTimesAsFast === undefined ? '' : `${result.oursTimesAsFast.toFixed(2)}×`,
  ])
  return alignedText([head, ...lines], { textColumns: 2 })
}
