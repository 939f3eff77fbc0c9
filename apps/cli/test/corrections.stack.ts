import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, inject, test, vi } from 'vitest'
import { correctionsStory } from './corrections-story.js'
import type { Minilake } from './run-minilake.js'
import { emptyLake, stackFolder } from './stack-folder.js'

vi.setConfig({ testTimeout: 600_000 }) // some forty processes, each with statements of a second
const stack = inject('stack')
let folder: string
let minilake: Minilake

beforeEach(async () => {
  await emptyLake(stack)
  ;({ folder, minilake } = await stackFolder(stack))
})
afterEach(async () => {
  await emptyLake(stack)
  await rm(folder, { recursive: true, force: true })
})

test.each(['hive', 'iceberg'] as const)(
  'what docs/corrections.md tells, on the stack, with a table of the format %s',
  (format) => correctionsStory(folder, minilake, format),
)
