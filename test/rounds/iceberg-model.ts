import {
  filesOf,
  keyOf,
  type ModelFile,
  type PutReadings,
  type Reading,
  type ReadingsModel,
  rowText,
} from './readings-model.js'

// What changes do to an Iceberg table. A row stays one of the data file that it came from, whatever becomes of the file's other rows.

/** Mode `append`: adds the files of which the table has no row. */
export function icebergAppend(model: ReadingsModel, put: PutReadings): void {
  for (const file of filesOf(put)) if (!isThere(model, file)) model.files = [...model.files, file]
}

/** Mode `overwrite-partitions`: every day that gets a reading holds these readings only. */
export function icebergOverwrite(model: ReadingsModel, put: PutReadings): void {
  for (const file of filesOf(put)) {
    const ofDay = model.files.filter(({ day }) => day === file.day)
    const isSame =
      ofDay.length === 1 && nameOf(ofDay[0]!) === nameOf(file) && ofDay[0]!.rows.length === file.rows.length
    if (!isSame) model.files = [...model.files.filter(({ day }) => day !== file.day), file]
  }
}

/** Mode `merge`: the last new reading of a key takes the place of those that are there, unless the only one is the same. */
export function icebergMerge(model: ReadingsModel, put: PutReadings): void {
  for (const file of filesOf(put)) {
    const latest = new Map(file.rows.map((row) => [keyOf(row), row]))
    const changed = [...latest.values()].filter((row) => {
      const stored = model.files.flatMap(({ rows }) => rows.filter((each) => keyOf(each) === keyOf(row)))
      return !(stored.length === 1 && stored.every((each) => rowText(each) === rowText(row)))
    })
    if (changed.length === 0) continue
    const keys = new Set(changed.map(keyOf))
    icebergRemoveRows(model, (reading) => keys.has(keyOf(reading)))
    const whole = [...latest.values()]
    model.files = [
      ...model.files,
      { by: 'merge', day: file.day, rows: changed, imports: file.imports, whole },
    ]
  }
}

/** Removes rows; what is left of a file is still of that file. */
export function icebergRemoveRows(model: ReadingsModel, isGone: (reading: Reading) => boolean): void {
  model.files = model.files
    .map((file) => ({
      ...file,
      whole: file.whole ?? file.rows,
      rows: file.rows.filter((row) => !isGone(row)),
    }))
    .filter(({ rows }) => rows.length > 0)
}

function isThere({ files }: ReadingsModel, file: ModelFile): boolean {
  return files.some((other) => nameOf(other) === nameOf(file))
}

function nameOf({ by, day, rows, whole = rows }: ModelFile): string {
  return JSON.stringify([by, day, whole])
}
