import type { StoredObject } from '@minilake/ingest'
import { expect, test } from 'vitest'
import type { StoredTruth } from '../../src/truth/truth-file.js'
import { compareFiles } from '../../src/verify/compare-files.js'

const md5 = (digit: string) => digit.repeat(32)

test.each([
  ['the one of its truth', md5('a'), {}, false],
  ['another of the same size', md5('b'), {}, true],
  ['put in parts by another tool, which its ETag does not tell from another', `${md5('b')}-1`, {}, false],
  ['under keys of KMS, which its ETag does not tell from another', md5('b'), { isEtagOpaque: true }, false],
  ['in a store whose ETags are no MD5', 'version-7', {}, false],
])('a data file is %s', async (_, etag, found, differs) => {
  const key = 'pump/2026-01-01.parquet'
  const stored: StoredObject = { key, size: 5, etag: () => Promise.resolve(etag) }
  const truth = { file: { size: 5, etag: md5('a') } } as StoredTruth
  const differences = await compareFiles(new Map([[key, stored]]), new Map([[key, truth]]), {
    find: () => Promise.resolve({ ...stored, ...found }),
  })
  expect(differences).toEqual(
    differs ? [`${key}: content expected with the ETag ${md5('a')}, got ${etag}`] : [],
  )
})
