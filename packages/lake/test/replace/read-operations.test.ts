import { expect, test } from 'vitest'
import { freshFolder } from '../fresh-lake.js'
import { readDuring } from './read-during.js'
import { operations } from './read-operations.js'

const failures = {
  'failed: run it again': /removed or replaced while the query ran: run it again/,
  'failed: is being rewritten': /is being rewritten, or its rewriting was interrupted/,
  'failed: has another shape': /does not fit table meter: .* minilake rewrite --table meter/,
}

test.each(operations)(
  'readers of a folder find during $name what the docs say',
  { timeout: 60_000 },
  async (operation) => {
    const counts = await readDuring(operation, { cwd: await freshFolder() }, failures)
    console.log(operation.name, counts)
    const known = ['before', 'after', ...operation.mayFind]
    expect(Object.keys(counts).filter((name) => !known.includes(name))).toEqual([])
  },
)
