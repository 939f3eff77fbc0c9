import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A package's name and version, whatever it exports. */
export function versionOf(name) {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)))
  for (;;) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      if (manifest.name === name) return `${name} ${manifest.version}`
    } catch {
      // The folders of what is built have none.
    }
    folder = dirname(folder)
  }
}
