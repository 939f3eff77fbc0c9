import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { freshFolder } from './run-minilake.js'

test('the config and the query of docs/data.md print what the page shows', { timeout: 120_000 }, async () => {
  const page = await readFile(resolve('docs/data.md'), 'utf8')
  const section = page.slice(page.indexOf('\n## Labels\n'), page.indexOf('\n## Verification\n'))
  const [config = '', command = '', printed] = [...section.matchAll(/^```\w*\n(.*?)^```/gms)].map(
    ([, text]) => text,
  )
  const [, sql = ''] = /^minilake query sql "(.*)"$/ms.exec(command) ?? []

  const { folder, minilake } = await freshFolder()
  await writeFile(join(folder, 'minilake.config.ts'), config)
  expect((await minilake('demo')).code).toBe(0)
  expect(await minilake('query', 'sql', sql)).toEqual({ code: 0, stdout: printed, stderr: '4 rows\n' })
  expect(JSON.parse((await minilake('verify', '--json')).stdout)).toMatchObject([
    { table: 'pump', source: 'truth', files: 7, differences: [] },
    { table: 'pump_labels', source: 'checks', files: 7, differences: [] },
  ])
  expect((await minilake('clean')).stdout).toMatch(/^would remove 14 simulated files .* in out\/$/m)
})
