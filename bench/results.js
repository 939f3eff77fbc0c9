/** The least of the times and the most of the memory of runs; what no run knows is undefined. */
export function bestOf(runs) {
  const known = (key) => runs.map((run) => run[key]).filter((value) => value !== undefined)
  const least = (key) => (known(key).length > 0 ? Math.min(...known(key)) : undefined)
  return {
    version: runs[0].version,
    seconds: least('seconds'),
    wallSeconds: least('wallSeconds'),
    cpuSeconds: least('cpuSeconds'),
    serverCpuSeconds: least('serverCpuSeconds'),
    peakMib: known('peakMib').length > 0 ? Math.round(Math.max(...known('peakMib'))) : undefined,
  }
}

/** A contender's runs as one result, and per row. */
export function summary({ name, input, ours, rows }, runs) {
  const best = bestOf(runs)
  return {
    input,
    name,
    ours: ours ?? false,
    rows,
    rowsPerSecond: Math.round(rows / best.seconds),
    ...best,
    bytesPerRow: runs[0].bytes / rows,
    ...runs[0].facts,
  }
}

/** Adds to each peer how many times as fast, and as large, the contender of ours on the same input is. */
export function compareWithOurs(results) {
  return results.map((result) => {
    const ours = results.find(({ ours, input }) => ours && input === result.input)
    if (ours === undefined || result.ours) return result
    return {
      ...result,
      oursTimesAsFast: result.seconds / ours.seconds,
      oursTimesAsLarge: ours.bytesPerRow / result.bytesPerRow,
    }
  })
}

/** Results as lines of text, one a contender, a blank line between inputs. */
export function resultTable(results) {
  const times = (ratio, digits) => (ratio === undefined ? '' : `${ratio.toFixed(digits)}×`)
  const head = [
    '',
    '',
    'rows',
    'M rows/s',
    's',
    'wall s',
    'CPU s',
    'peak MiB',
    'B/row',
    'ours: speed',
    'size',
  ]
  const lines = results.map((result) => [
    result.input,
    result.name,
    result.rows.toLocaleString('en-US'),
    (result.rowsPerSecond / 1e6).toFixed(2),
    result.seconds.toFixed(2),
    result.wallSeconds.toFixed(2),
    result.cpuSeconds.toFixed(2),
    String(result.peakMib),
    result.bytesPerRow.toFixed(2),
    times(result.oursTimesAsFast, 2),
    times(result.oursTimesAsLarge, 3),
  ])
  return alignedText([head, ...lines], { textColumns: 2 })
}

/** Lines of cells in columns: the first ones to the left, the rest, numbers, to the right. */
export function alignedText(lines, { textColumns }) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  return lines
    .map((line, index) => {
      const text = line
        .map((cell, column) =>
          column < textColumns ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
        )
        .join('  ')
        .trimEnd()
      return index > 1 && line[0] !== lines[index - 1][0] && textColumns > 1 ? `\n${text}` : text
    })
    .join('\n')
}
