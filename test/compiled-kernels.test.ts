import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { compiledPath, compileKernels, kernelPackages } from '../tools/compile-kernels.js'

test('there are packages with kernels', () => {
  expect(kernelPackages.map((folder) => basename(folder))).toEqual(
    expect.arrayContaining(['generator', 'parquet']),
  )
})

test.each(kernelPackages.map((folder) => [basename(folder), folder]))(
  'the kernels of %s are compiled from what is in assembly/',
  async (name, folder) => {
    const isUpToDate = readFileSync(compiledPath(folder), 'utf8') === (await compileKernels(folder))
    expect(isUpToDate, `kernels of ${name} are not what assembly/ gives: run "npm run kernels"`).toBe(true)
  },
)

test.each(kernelPackages)('assembly/ of %s is AssemblyScript alone: all of it is published', (folder) => {
  for (const name of readdirSync(join(folder, 'assembly'))) expect(name).toMatch(/\.ts$|^tsconfig\.json$/)
})

test('an error in a kernel is told with its file and line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'minilake-kernels-'))
  try {
    mkdirSync(join(folder, 'assembly'))
    writeFileSync(join(folder, 'assembly/index.ts'), "export { half } from './half'\n")
    writeFileSync(
      join(folder, 'assembly/half.ts'),
      "export function half(value: i32): i32 {\n  return 'half'\n}\n",
    )
    const error = await compileKernels(folder).catch((error: Error) => error)
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).message).toContain(folder)
    expect((error as Error).message).toContain('is not assignable to type')
    expect((error as Error).message).toMatch(/assembly\/half\.ts\(2,\d+\)/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
