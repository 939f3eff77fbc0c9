import { spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bin, finished, freshFolder, processIn } from './run-minilake.js'

// As on a full disk, a write fails half way; that needs no disk of its own, but a shell that knows limits.
test.runIf(process.platform !== 'win32').each([1, 2])(
  'a file that cannot be written to its end is named with the reason, and nothing of it is left: %d workers',
  async (workers) => {
    const { folder, minilake } = await freshFolder()
    const limited = `ulimit -f 200; exec "$0" "$1" generate --days 3 --workers ${workers}`
    const run = await finished(
      spawn('bash', ['--norc', '-c', limited, process.execPath, bin], {
        cwd: folder,
        env: { PATH: process.env.PATH },
      }),
    )
    expect(run).toEqual({
      code: 1,
      stdout: '',
      stderr: [1, 2, 3]
        .map(
          (day) =>
            `failed: cannot write out/pump/2026-01-0${day}.parquet: the file would be larger than allowed\n`,
        )
        .join(''),
    })
    expect(await filesIn(join(folder, 'out'))).toEqual([])
    expect((await minilake('generate', '--days', '3')).stderr).toMatch(/^3 files generated in out\//)
  },
)

test.each([
  ['ends', 'process.exit(7)', 'a worker ended early, with code 7'],
  ['throws', "throw new Error('no more')", 'a worker died: Error: no more'],
  ['rejects', "void Promise.reject(new Error('no more'))", 'a worker died: Error: no more'],
  [
    'has no memory left',
    'for (const all = []; ; ) all.push(new Array(1e6).fill({}))',
    'JS heap out of memory',
  ],
])('a worker that %s ends the run with that reason, and no half file is left', async (_, dies, reason) => {
  const { folder, minilake } = await freshFolder()
  const preload = join(folder, 'die.cjs')
  await writeFile(
    preload,
    `if (require('node:worker_threads').threadId === 1) setTimeout(() => { ${dies} }, 300)`,
  )
  const options = `--require "${preload.replaceAll('\\', '/')}" --max-old-space-size=200`
  const dying = processIn(folder, { NODE_OPTIONS: options })
  const run = await dying('generate', '--days', '200', '--workers', '2')
  expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(reason) })
  expect(run.stderr).toMatch(/^minilake: .*; run the same command again to continue\n$/)

  const files = await filesIn(join(folder, 'out', 'pump'))
  // The one that died may leave its own, hidden; the other takes its own away.
  expect(files.filter((name) => name.startsWith('.')).length).toBeLessThanOrEqual(1)
  const whole = files.filter((name) => !name.startsWith('.'))
  expect(whole.length).toBeLessThan(200)
  for (const name of whole) {
    const bytes = await readFile(join(folder, 'out', 'pump', name))
    expect(bytes.subarray(-4).toString(), name).toBe('PAR1')
  }
  if (whole.length === 0) return
  const again = await minilake('generate', '--days', String(whole.length), '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ conflicts: [], failures: [] })
})

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}
