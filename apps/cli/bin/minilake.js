#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(main)) {
  const { main: run } = await import(main.href)
  await run()
} else {
  process.stderr.write(
    `minilake is not built yet (${fileURLToPath(main)} is missing): run npx nx run cli:build in the repository first.\n`,
  )
  process.exitCode = 1
}
