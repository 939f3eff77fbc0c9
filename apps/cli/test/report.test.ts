import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freshFolder } from './run-minilake.js'

test('report writes an HTML file about a table', async () => {
  const { folder, minilake } = await freshFolder()
  await minilake('generate', '--days', '1')
  await minilake('ingest')
  const { code, stdout } = await minilake('report')
  expect(stdout).toMatch(/^pump\.html: [\d.]+ kB\n$/)
  expect(code).toBe(0)
  const page = await readFile(join(folder, 'pump.html'), 'utf8')
  expect(page).toContain('86,400 rows')
  expect(Buffer.byteLength(page)).toBeLessThan(1_500_000)

  const ranged = await minilake(
    'report',
    '--from',
    '2026-01-01',
    '--to',
    '2026-01-01T06:00',
    '-o',
    'a b.html',
    '--json',
  )
  expect(JSON.parse(ranged.stdout)).toEqual({
    file: 'a b.html',
    bytes: Buffer.byteLength(await readFile(join(folder, 'a b.html'))),
  })
  expect(await readFile(join(folder, 'a b.html'), 'utf8')).toContain('21,600 rows')
})

test('a table without files has a page that says so', async () => {
  const { folder, minilake } = await freshFolder()
  const { code, stderr } = await minilake('report', '--table', 'pump')
  expect(stderr).toContain('table pump has no file')
  expect(code).toBe(0)
  expect(await readFile(join(folder, 'pump.html'), 'utf8')).toContain('No readings in this range.')
})

test('says in one sentence that the file cannot be written, and leaves nothing', async () => {
  const { folder, minilake } = await freshFolder()
  await writeFile(join(folder, 'file'), '')
  const { code, stderr } = await minilake('report', '-o', 'file/pump.html')
  expect(stderr).toContain(`cannot write ${join(folder, 'file', 'pump.html')}: `)
  expect(code).toBe(1)
  const typo = await minilake('report', '--table', 'pmp')
  expect(typo.stderr).toContain('pump')
  expect(typo.code).toBe(2)
  expect((await readdir(folder)).sort()).toEqual(['file'])
})
