import { localFile, publish, type PublishableObject } from '../src/index.js'
import { s3Store, type S3StoreOptions } from '../src/s3-store.js'

/** What a child process is told to publish. */
export interface ChildJob {
  options: S3StoreOptions
  folder: string
  key: string
  /** Whether the last part is held back until the parent says `go`. */
  holdsLastPart: boolean
}

/** What it says: how many bytes the store has, that all but the last part is read, or what came out. */
export type ChildWord =
  | { is: 'progress'; bytesDone: number }
  | { is: 'holding' }
  | { is: 'done'; report: Awaited<ReturnType<typeof publish>> }

const tell = (word: ChildWord) => process.send?.(word)

process.once('message', (job: ChildJob) => {
  void run(job).then((report) => {
    process.send?.({ is: 'done', report } satisfies ChildWord, () => process.disconnect())
  })
})

async function run({ options, folder, key, holdsLastPart }: ChildJob) {
  const file = await localFile(folder, key)
  if (!file) throw new Error(`there is no file ${key} in ${folder}`)
  let release: () => void
  const released = new Promise<void>((resolve) => (release = resolve))
  process.once('message', () => release())
  const held: PublishableObject = {
    ...file,
    readInto: async (target, start) => {
      if (holdsLastPart && start > 0 && start + target.length === file.size) {
        tell({ is: 'holding' })
        await released
      }
      return file.readInto(target, start)
    },
  }
  return publish([held], s3Store(options), {
    onProgress: ({ bytesDone }) => tell({ is: 'progress', bytesDone }),
  })
}
