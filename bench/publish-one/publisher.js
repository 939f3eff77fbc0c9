// usage: node publisher.js '{ "way", "endpoint", "held", "folders", "files", "areHeld" }': publishes files, one per folder, between
// those that are held or in place of them.
import { identityOf, partSlots, publish, publishObject } from '@minilake/ingest'
import { s3Store } from '@minilake/ingest/s3'
import { timed } from '../generate/timed.js'
import { versionOf } from '../ingest/version.js'
import { content, keyIn } from './keys.js'

const { way, endpoint, held, folders, files, areHeld = false } = JSON.parse(process.argv[2])
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench-secret' }
const store = s3Store({ bucket: 'bench', endpoint, credentials })
const { etag, size } = await identityOf([content])
const inFolder = Math.floor(held / folders / 2)
const objects = Array.from({ length: files }, (_, index) => {
  const key = keyIn(index, inFolder)
  return {
    key: areHeld ? key : key.replace('.parquet', '-new.parquet'),
    ...{ size, bytes: [content], etag: async () => etag },
    readInto: async (target, start) => void content.copy(target, 0, start),
  }
})

/** Four at a time, as `publish` does. */
async function publishAll(find) {
  const rest = objects.values()
  const slots = partSlots(4)
  const work = async () => {
    for (const object of rest) await publishObject(object, store, await find(object.key), { slots })
  }
  await Promise.all(Array.from({ length: 4 }, work))
}

const publishing = {
  publish: () => publish(objects, store),
  find: () => publishAll((key) => store.find(key)),
  list: async () => {
    const found = new Map()
    for await (const object of store.list('pump/')) found.set(object.key, object)
    return publishAll((key) => found.get(key))
  },
}
await timed(publishing[way], { version: versionOf('@minilake/ingest') })
