import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import type { Settings } from './resolve-settings.js'
import { settings as allSettings } from './settings.js'
import type { Variables } from './variables.js'

const folderSettings = ['profiles.stack.folder', 'profiles.embedded.folder', 'out'] as const

/**
 * Adds to the .gitignore of a folder what minilake keeps there and git would not ignore: `.env` with its credentials, and the
 * folders of the stack, the lake and the data files. Does nothing outside a git work tree, and without git. Returns the line to tell
 * the user; none if nothing was added.
 */
export async function keepOutOfGit(
  folder: string,
  { env, settings }: { env: Variables; settings?: Settings },
): Promise<string[]> {
  const git = (...args: string[]) =>
    promisify(execFile)('git', args, { cwd: folder, env: { ...env } }).then(
      () => true,
      () => false,
    )
  if (!(await git('rev-parse', '--is-inside-work-tree'))) return []
  const folders = folderSettings
    .map((name) => relative(folder, resolve(folder, settings?.[name].value ?? allSettings[name].default)))
    .filter((path) => path !== '' && !path.startsWith('..') && !isAbsolute(path))
    .map((path) => path.split(sep).join('/'))
  const path = join(folder, '.gitignore')
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  // A line such as `!/lake/` keeps a folder in git.
  const wanted = before.split('\n').flatMap((line) => /^!\/?(.+?)\/?\s*$/.exec(line)?.[1] ?? [])
  const added: string[] = []
  for (const { name, line, probe } of [
    { name: '.env', line: '/.env', probe: '.env' },
    ...folders.map((name) => ({ name, line: `/${escapePattern(name)}/`, probe: `${name}/x` })),
  ]) {
    if (wanted.includes(name) || (await git('check-ignore', '--quiet', '--no-index', probe))) continue
    added.push(line)
  }
  if (added.length === 0) return []
  const separator = before === '' || before.endsWith('\n') ? '' : '\n'
  await writeFile(path, `${before}${separator}${added.map((line) => `${line}\n`).join('')}`)
  return [`added ${added.join(', ')} to .gitignore`]
}

function escapePattern(name: string): string {
  return name.replaceAll(/[*?[\\]/g, '\\$&')
}
