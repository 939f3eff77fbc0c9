import { expect, it } from 'vitest'
import { bucket, errorOf, fakeS3, s3Error, storeAt } from '../fixtures/fake-s3.js'

/**
 * A bucket with versions that answers as Amazon S3 does: the removal of a key without an object makes a delete marker, whose own removal
 * `ofMarkers` answers. MinIO makes none. Returns the keys of the markers.
 */
async function versionedBucket(ofMarkers: 'allowed' | 'denied') {
  const markers = new Map<string, string>()
  const { endpoint } = await fakeS3((asked) => {
    const url = new URL(asked.replace('DELETE ', ''), 'http://s3')
    const key = url.pathname.replace(`/${bucket}/`, '')
    const version = url.searchParams.get('versionId')
    if (version === null) {
      const made = `version-${markers.size + 1}`
      markers.set(made, key)
      return { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': made } }
    }
    if (ofMarkers === 'denied') return s3Error(403, 'AccessDenied')
    markers.delete(version)
    return { status: 204, headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version } }
  })
  return { store: storeAt(endpoint), markers }
}

it('removes the delete marker that its question makes in a bucket with versions', async () => {
  const { store, markers } = await versionedBucket('allowed')
  await store.checkRemoval('pump/')
  expect([...markers.values()]).toEqual([])
})

it('leaves the delete marker if the user may not remove versions', async () => {
  const { store, markers } = await versionedBucket('denied')
  await store.checkRemoval('pump/')
  expect([...markers.values()]).toEqual([expect.stringMatching(/^pump\/[\da-f-]{36}$/)])
})

it('rejects if the user may not remove objects', async () => {
  const { endpoint } = await fakeS3(() => s3Error(403, 'AccessDenied'))
  expect(await errorOf(storeAt(endpoint).checkRemoval('pump/'))).toMatchObject({ code: 'AccessDenied' })
})
