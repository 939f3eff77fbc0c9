import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

const readManifest = (url: URL) =>
  JSON.parse(readFileSync(url, 'utf8')) as { version: string; dependencies: Record<string, string> }

// We call its inner modules, which no version promises to keep, and its bytes are ours: another version is a decision.
test('hyparquet-writer is the one version whose inner modules and bytes we know, declared and installed', () => {
  expect(readManifest(new URL('../package.json', import.meta.url)).dependencies['hyparquet-writer']).toBe(
    '0.17.0',
  )
  const entry = createRequire(import.meta.url).resolve('hyparquet-writer')
  expect(readManifest(new URL('../package.json', pathToFileURL(entry))).version).toBe('0.17.0')
})
