import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { emptyLake, stackOptions, temporaryFolder } from '../running-stack.js'
import { readDuring } from './read-during.js'
import { operations } from './read-operations.js'

const stack = inject('stack')
let folder: string
let remove: () => Promise<void>
beforeAll(async () => {
  ;({ folder, remove } = await temporaryFolder())
})
beforeEach(() => emptyLake(stack))
afterAll(() => remove())

const failures = {
  'failed: run it again': /(changed or removed|removed or replaced) while the query ran: run it again/,
  'failed: no such table': /TABLE_NOT_FOUND|dropped by another transaction \(TRANSACTION_CONFLICT\)/,
  'failed: is being rewritten': /is being rewritten, or its rewriting was interrupted/,
  'failed: has another shape': /expected the columns .* minilake rewrite --table meter|COLUMN_NOT_FOUND/,
}

test.each(operations)(
  'readers of Trino find during $name what the docs say',
  { timeout: 300_000 },
  async (operation) => {
    const options = { ...stackOptions(stack), maintainCredentials: stack.maintainer, cwd: folder }
    const counts = await readDuring(operation, options, failures)
    console.log(operation.name, counts)
    const known = ['before', 'after', ...operation.mayFind]
    // A query that began before may find old and new files mixed: more or fewer rows of a day than before and afterwards.
    const isMixed = (name: string) =>
      operation.mayFind.includes('a day absent') && /^2026-01-\d\d: \d+ rows/.test(name)
    expect(Object.keys(counts).filter((name) => !known.includes(name) && !isMixed(name))).toEqual([])
  },
)
