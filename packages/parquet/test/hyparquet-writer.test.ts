import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

const readManifest = (url: URL) =>
  JSON.parse(readFileSync(url, 'utf8')) as { version: string; dependencies: Record<string, string> }

// We import its internal modules, which any version may change, and our files have its bytes: changing the version is a decision.
test('the declared and installed hyparquet-writer is the version whose internals and bytes we know', () => {
  expect(readManifest(new URL('../package.json', import.meta.url)).dependencies['hyparquet-writer']).toBe(
    '0.17.0',
  )
  const entry = createRequire(import.meta.url).resolve('hyparquet-writer')
  expect(readManifest(new URL('../package.json', pathToFileURL(entry))).version).toBe('0.17.0')
})
