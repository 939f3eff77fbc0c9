import { alignedText, bestOf } from '../results.js'

/** A contender's runs as one result. */
export function summarizeQuery({ name, input, ours }, runs) {
  return {
    ...{ input, name, ours: ours ?? false, ...bestOf(runs) },
    firstSeconds: Math.min(...runs.map(({ part }) => part.firstSeconds)),
    answer: runs[0].part.answer,
  }
}

/** Adds to each contender how many times its time ours takes. Throws if it has another number of rows. */
export function compareAnswers(results) {
  return results.map((result) => {
    const ours = results.find(({ ours, input }) => ours && input === result.input)
    if (ours === undefined || result === ours) return result
    if (ours.answer !== result.answer)
      throw new Error(
        `${result.input}: ${result.name} answers ${result.answer} rows, and ${ours.name} ${ours.answer}`,
      )
    return {
      ...result,
      oursTakesOpen: ours.seconds / result.seconds,
      oursTakesFirst: ours.firstSeconds / result.firstSeconds,
      oursTakesCpu: ours.cpuSeconds / result.cpuSeconds,
    }
  })
}

/** Results as lines of text, one a contender, a blank line between inputs. */
export function queryTable(results) {
  const millis = (seconds) => (seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)
  const times = (ratio) => (ratio === undefined ? '' : `${ratio.toFixed(2)}×`)
  const head = [
    '',
    '',
    'rows',
    'open ms',
    'first ms',
    'CPU ms',
    'peak MiB',
    'ours takes: open',
    'first',
    'CPU',
  ]
  const lines = results.map((result) => [
    result.input,
    result.name,
    result.answer.toLocaleString('en-US'),
    millis(result.seconds),
    millis(result.firstSeconds),
    millis(result.cpuSeconds),
    String(result.peakMib),
    times(result.oursTakesOpen),
    times(result.oursTakesFirst),
    times(result.oursTakesCpu),
  ])
  return alignedText([head, ...lines], { textColumns: 2 })
}
