import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Installs the newest trino-client into a folder of its own, and returns the folder. Throws what npm says. */
export function installTrinoClient(folder) {
  const client = join(folder, 'trino-client')
  mkdirSync(client)
  writeFileSync(join(client, 'package.json'), '{"private":true}')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', 'trino-client'], {
    cwd: client,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return client
}
