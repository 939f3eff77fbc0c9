import { randomBytes } from 'node:crypto'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { localFiles, partBytes, publish } from '@minilake/ingest'
import { s3Store } from '@minilake/ingest/s3'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { kmsMinio } from '../fixtures/kms-minio.js'
import { tempFolder, writeFiles } from '../fixtures/temp-folder.js'

describe('a bucket of MinIO with KMS keys', () => {
  let minio: Awaited<ReturnType<typeof kmsMinio>>
  beforeAll(async () => {
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
    minio = await kmsMinio(inject('stack').folder)
  })
  afterAll(() => minio.stop())

  async function filesOf(contents: Record<string, string>) {
    const folder = await tempFolder()
    await writeFiles(folder, contents)
    return () => localFiles(folder)
  }

  const large = randomBytes(partBytes / 2 + 1).toString('hex')

  it.each([
    ['by CRC', {}, 2],
    ['by CRC, with a signed payload', { signPayload: true }, 2],
    ['by the SHA-256 in the metadata', { sha256InMetadata: true }, 0],
    ['by the SHA-256, without CRC32', { sha256InMetadata: true, checksums: 'md5' }, 0],
  ] as const)('holds files that are unchanged the second time, %s', async (name, more, unchangedByCrc) => {
    const prefix = name.replaceAll(/\W/g, '-')
    const options = { ...minio.options, ...more }
    const files = await filesOf({ [`${prefix}/small`]: 'abc', [`${prefix}/large`]: large })
    expect(await publish(files(), s3Store(options))).toMatchObject({ published: 2, failures: [] })
    expect(await publish(files(), s3Store(options))).toMatchObject({
      ...{ published: 0, unchanged: 2, unchangedByCrc, unverifiable: [], failures: [], conflicts: [] },
    })
    const others = await filesOf({
      [`${prefix}/small`]: 'abd',
      [`${prefix}/large`]: `~${large.slice(1)}`,
    })
    expect(await publish(others(), s3Store(options))).toMatchObject({
      ...{ published: 0, unchanged: 0, unverifiable: [], failures: [] },
      conflicts: [{ key: `${prefix}/large` }, { key: `${prefix}/small` }],
    })
    expect(await publish(others(), s3Store(options), { overwrite: true })).toMatchObject({ replaced: 2 })
  })

  it('compares files of other tools by their CRC64NVME', async () => {
    const files = await filesOf({ 'foreign/a': 'abc' })
    const place = { Bucket: minio.options.bucket, Key: 'foreign/a' }
    await minio.client.send(new PutObjectCommand({ ...place, Body: 'abc', ChecksumAlgorithm: 'CRC64NVME' }))
    expect(await publish(files(), s3Store(minio.options))).toMatchObject({ unchangedByCrc: 1, failures: [] })
    const others = await filesOf({ 'foreign/a': 'abd' })
    expect(await publish(others(), s3Store(minio.options))).toMatchObject({
      conflicts: [{ key: 'foreign/a' }],
    })
  })

  it('cannot compare files that were uploaded without any checksum', async () => {
    const files = await filesOf({ 'plain/a': 'abc' })
    const options = { ...minio.options, checksums: 'none' } as const
    await publish(files(), s3Store(options))
    expect(await publish(files(), s3Store(options))).toMatchObject({ unverifiable: [{ key: 'plain/a' }] })
  })
})
