import { memoryStore, ObjectStoreError } from '@minilake/ingest'
import { defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'
import { diagnose } from '../../src/doctor/diagnose.js'
import { publishingChecks } from '../../src/doctor/publishing-checks.js'
import type { LakeBackend } from '../../src/lake-backend.js'
import { changingStore } from '../../src/replace/settle-intents.js'

const turbine = defineTable({ name: 'turbine', columns: { at: { type: 'timestamp' } } })
const { signal } = new AbortController()

/** A lake whose maintain key S3 refuses with this code. */
function lakeRefusing(code: string): LakeBackend {
  const store = memoryStore()
  const refusal = new ObjectStoreError('refused', { key: '', location: 'memory', cause: undefined, code })
  const maintained = { ...store, checkRemoval: () => Promise.reject(refusal) }
  const maintenance = { store: maintained, keyName: 'MAINTAIN_ACCESS_KEY', fix: 'run minilake up' }
  return { store, tables: [turbine], maintenance } as Partial<LakeBackend> as LakeBackend
}

test.each(['written', 'rewritten', 'dropped'])(
  'a missing right is named, and what was not done: %s',
  async (undone) => {
    const store = changingStore(turbine, lakeRefusing('AccessDenied'), { undone, signal })
    await expect(store).rejects.toThrow(
      `nothing was ${undone}: the S3 key MAINTAIN_ACCESS_KEY lacks the right s3:DeleteObject below memory/turbine/: run minilake up`,
    )
  },
)

test.each(['SignatureDoesNotMatch', 'InvalidAccessKeyId'])(
  'the doctor names a maintain key that S3 does not accept (%s), with the fix',
  async (code) => {
    const results = await diagnose(publishingChecks(lakeRefusing(code), { signal }), signal)
    expect(results.find(({ check }) => check === 'removal')).toEqual({
      ...{ check: 'removal', state: 'failed', fix: 'run minilake up' },
      finding: 'the S3 key MAINTAIN_ACCESS_KEY is not accepted by S3',
    })
    expect(results.some(({ state }) => state === 'not run')).toBe(false)
  },
)
