import { isDeepStrictEqual } from 'node:util'
import type { Random } from './evidence.js'
import { operations } from './operations.js'
import type { Step } from './step.js'
import { type ReadingsModel, rowTexts } from './readings-model.js'

/** The operations that correct data, as a user sees them. */
export const correctingKinds = [
  'import, mode append',
  'remove an import',
  'import, mode merge',
  'import, mode overwrite-partitions',
  'remove by a condition',
  'remove a range of time',
  'remove expired days',
  'rewrite',
  'drop with data',
  'drop without data',
  'add a column',
  'ingest',
  'ingest, overwrite',
] as const

/** Those of them that replace or remove files, and so have an intent on the way. */
export const kindsWithIntents: readonly string[] = correctingKinds.filter(
  (kind) =>
    !['import, mode append', 'drop without data', 'add a column', 'ingest', 'ingest, overwrite'].includes(
      kind,
    ),
)

/** Those of them that an Iceberg table lacks. */
const ofFilesOnly: readonly string[] = ['rewrite', 'ingest, overwrite']

/** Those of a table of files, or of an Iceberg table. */
export function kindsOf(format?: 'iceberg'): readonly string[] {
  return format ? correctingKinds.filter((kind) => !ofFilesOnly.includes(kind)) : correctingKinds
}

const mostDraws = 2000

/** A random step of a kind that changes something and is not refused; undefined if the lake has nothing that this kind could change. */
export function effectiveStep(
  kind: string,
  { model, random, folder }: { model: ReadingsModel; random: Random; folder: string },
): Step | undefined {
  for (let draw = 0; draw < mostDraws; draw += 1) {
    const after: ReadingsModel = { ...model, earlier: [...model.earlier] }
    const step = random.pick(operations)(after, random, folder)
    if (step.kind !== kind) continue
    if (step.changesCatalogOnly) return step
    step.apply(after, 'new')
    const isSame =
      isDeepStrictEqual(after.definition, model.definition) &&
      isDeepStrictEqual(rowTexts(after), rowTexts(model))
    if (!isSame) return step
  }
  return undefined
}
