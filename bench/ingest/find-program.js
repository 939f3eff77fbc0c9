import { execFileSync } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'

/** The path of a program in one of some folders; undefined where none has it. */
export function findProgram(name, folders) {
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

/** The path of a program of the native stack (MINILAKE_STACK_FOLDER, by default .minilake), else of the PATH. */
export function findStackProgram(name) {
  const programs = join(process.env.MINILAKE_STACK_FOLDER || '.minilake', 'programs')
  const folders = namesIn(programs).filter((folder) => folder.startsWith(`${name}-`))
  return findProgram(name, [...folders.map((folder) => join(programs, folder)), ...pathFolders()])
}

/** The name and version of a program: by the stack's folder, as what Go builds from a commit knows none; else what it says. */
export function programVersion(path) {
  const folder = basename(dirname(path))
  if (folder.startsWith(`${basename(path)}-`)) return folder
  return execFileSync(path, ['--version'], { encoding: 'utf8' }).split('\n')[0]
}

/** The folders of the PATH. */
export function pathFolders() {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
}

function namesIn(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return [] // no stack there
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
