import { randomFillSync } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const mebi = 2 ** 20
const inputs = {
  '1 file of 1 GiB': { files: 1, fileBytes: 1024 * mebi },
  '20 files of 16 MiB': { files: 20, fileBytes: 16 * mebi },
  '1,000 files of 256 KiB': { files: 1000, fileBytes: mebi / 4 },
}

/** What is uploaded: per input a folder `path` with files of random bytes below `bench/`, which `write` makes. */
export function prepareFiles(folder) {
  return Object.fromEntries(
    Object.entries(inputs).map(([input, { files, fileBytes }], index) => {
      const path = join(folder, `input-${index}`)
      return [
        input,
        { path, files, bytes: files * fileBytes, write: () => writeFiles(path, { files, fileBytes }) },
      ]
    }),
  )
}

function writeFiles(path, { files, fileBytes }) {
  mkdirSync(join(path, 'bench'), { recursive: true })
  const chunk = Buffer.alloc(Math.min(fileBytes, mebi))
  for (let index = 0; index < files; index++) {
    const file = openSync(join(path, 'bench', String(index).padStart(4, '0')), 'w')
    for (let written = 0; written < fileBytes; written += chunk.length) writeSync(file, randomFillSync(chunk))
    closeSync(file)
  }
}
