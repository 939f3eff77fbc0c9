import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLake } from '../../src/index.js'
import { turbine } from '../turbine.js'

/** A data file as minilake writes it. */
export interface DataFile {
  key: string
  bytes: Uint8Array
  /** The ETag of its bytes. */
  etag: string
}

/** A data file of the table `turbine` with this many rows of a day, all of this power. */
export async function dataFile(
  day: string,
  { rows, power = 1 }: { rows: number; power?: number },
): Promise<DataFile> {
  const cwd = await mkdtemp(join(tmpdir(), 'minilake-data-file-'))
  const lake = await openLake({ cwd, tables: [turbine] })
  const time = new Date(`${day}T10:00:00Z`)
  const readings = Array.from({ length: rows }, () => ({ event_timestamp: time, turbine_id: 'a', power }))
  const [key = ''] = (await lake.write(turbine, readings)).keys
  const bytes = await lake.store.read(key)
  await lake.close()
  await rm(cwd, { recursive: true })
  return { key, bytes, etag: createHash('md5').update(bytes).digest('hex') }
}
