import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'tsup'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Rights mean nothing to root, so another user asks in a process of its own.
const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const day = 'turbine/event_date=2026-01-05/'
let folder: string
let program: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'minilake-removal-')))
  await chmod(folder, 0o755)
  program = join(folder, 'folder-store.cjs')
  await build({
    entry: [fileURLToPath(new URL('../../src/folder/folder-store.ts', import.meta.url))],
    outDir: folder,
    format: 'cjs',
    outExtension: () => ({ js: '.cjs' }),
    noExternal: [/./],
    ...{ config: false, silent: true, dts: false, platform: 'node', target: 'node20' },
  })
})
afterAll(async () => {
  await chmod(join(folder, 'lake', 'turbine'), 0o755)
  await chmod(join(folder, 'lake', day), 0o755)
  await rm(folder, { recursive: true, force: true })
})

/** What `checkRemoval` says to the other user. */
async function checkedBy(): Promise<string> {
  const script = `require(${JSON.stringify(program)}).folderStore({ folder: ${JSON.stringify(join(folder, 'lake'))} })
    .checkRemoval(${JSON.stringify(day)}).then(() => console.log('allowed'), ({ message }) => console.log(message))`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { ...other, cwd: folder })
  return stdout.trim()
}

test.skipIf(process.platform === 'win32').each([
  { table: 0o777, partition: 0o777, finds: /^allowed$/ },
  {
    table: 0o777,
    partition: 0o555,
    finds: /^cannot replace files of .*event_date=2026-01-05\/: .*permission/i,
  },
  {
    table: 0o555,
    partition: 0o777,
    finds: /^cannot replace files of .*event_date=2026-01-05\/: .*permission/i,
  },
])(
  'a user whose rights to the table and the partition are $table and $partition finds $finds',
  async ({ table, partition, finds }) => {
    const path = join(folder, 'lake', day)
    await mkdir(path, { recursive: true })
    await writeFile(join(path, 'a.parquet'), '')
    await chmod(join(folder, 'lake', 'turbine'), table)
    await chmod(path, partition)
    expect(await checkedBy()).toMatch(finds)
  },
)
