import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { emptyLake, stackOptions } from '../packages/lake/test/running-stack.js'
import { openLake } from '../packages/lake/src/index.js'
import { pump } from '@minilake/schema'

const stack = inject('stack')
let folder: string
beforeAll(async () => {
  await emptyLake(stack)
  folder = await mkdtemp(join(tmpdir(), 'minilake-library-'))
  await symlink(resolve('node_modules'), join(folder, 'node_modules'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs TypeScript as a program in the folder, on the built packages; resolves with its output. */
async function outputOf(name: string, code: string): Promise<string> {
  const file = join(folder, `${name}.mjs`)
  const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2023 }
  await writeFile(file, transpileModule(code, { compilerOptions }).outputText)
  const { accessKeyId, secretAccessKey } = stack.credentials
  const variables = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    S3_ENDPOINT: stack.endpoint,
    TRINO_URL: stack.trino,
  }
  const { stdout } = await promisify(execFile)(process.execPath, [file], {
    cwd: folder,
    env: { ...process.env, TZ: 'UTC', ...variables },
  })
  return stdout
}

test("the README's library example runs on the stack with the options of its twin", async () => {
  const readme = await readFile('README.md', 'utf8')
  const blocks = [...readme.matchAll(/^```(ts|js)\n([\s\S]*?)^```/gm)]
  const example = blocks.find(([, language, code]) => language === 'ts' && code?.includes('openLake'))?.[2]
  const twin = blocks.find(([, language, code]) => language === 'js' && code?.includes('openLake'))?.[2]
  const embedded = /^const lake = await openLake\(\{ tables: \[turbine\] \}\).*$/m
  expect(example).toMatch(embedded)
  expect(twin).toMatch(/^const lake = await openLake\(\{$/m)
  const options = (twin ?? '')
    .replace("'http://127.0.0.1:9000'", 'process.env.S3_ENDPOINT')
    .replace("'http://127.0.0.1:8080'", 'process.env.TRINO_URL')
    .replace(
      '{ accessKeyId, secretAccessKey }',
      '{ accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY }',
    )
  expect(await outputOf('readme', (example ?? '').replace(embedded, options))).toBe(
    '2026-01-31T11:00:00.000Z 1520.5\n2026-01-31T12:00:00.000Z 1490\n',
  )
})

test('examples/query-s3 prints a typed query over S3', async () => {
  const lake = await openLake({ ...stackOptions(stack), tables: [pump], cwd: folder })
  const simulation = { from: '2026-01-01', days: 1, intervalSeconds: 60 }
  await lake.generate(pump, simulation, { target: 's3://iot-time-series/', workers: 1 })
  await lake.register()
  await lake.close()
  const lines = await outputOf('query-s3', await readFile('examples/query-s3/query-s3.ts', 'utf8'))
  expect(lines.trim().split('\n')).toHaveLength(24)
  expect(lines).toMatch(/^2026-01-01T00:00:00\.000Z \d+\.\d\n/)
})
