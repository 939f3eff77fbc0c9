import { chmod, mkdir, readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { corePartNames, extraPartNames, partNames } from './local-stack.js'
import { runningProcess } from './process-record.js'

/** The file that marks a folder as one that minilake made. */
const markerName = '.minilake-stack'

/** The folders in `data/` of every stack, each of one program. */
const dataNames = [...corePartNames, 'mc']

/** What else a stack may have in `data/`: extra parts, and what an interrupted start leaves. */
const otherDataNames = [...extraPartNames, 'postgres.unfinished', 'postgres.unfinished.password']

/** What a stack keeps in its folder besides `programs/`, which holds nothing of the user's data and is never removed. */
const contents: Readonly<Record<string, readonly string[]>> = {
  data: [...dataNames, ...otherDataNames],
  logs: partNames.map((name) => `${name}.log`),
  run: [...partNames, 'lock'].map((name) => `${name}.json`),
}

/**
 * The folder of a native stack. Its `data/`, `logs/` and `run/` belong to the stack only if minilake has marked the folder before it
 * made them, so another program's folder with such a name is neither filled nor removed.
 */
export function stackFolder(folder: string) {
  const marker = join(folder, markerName)
  const isMarked = async () => (await stat(marker).catch(() => undefined)) !== undefined

  /** Whether this is a stack of a version that wrote no marker: one of its parts runs, or it holds a stack and nothing else. */
  const isUnmarkedStack = async () => {
    for (const name of partNames) {
      if ((await runningProcess(join(folder, 'run', `${name}.json`))) !== undefined) return true
    }
    const programs = await namesIn(join(folder, 'programs'))
    if (!corePartNames.slice(1).every((part) => programs.some((name) => name.startsWith(`${part}-`))))
      return false
    for (const [name, known] of Object.entries(contents)) {
      const found = await namesIn(join(folder, name))
      if (!found.every((each) => known.includes(each))) return false
    }
    return true
  }

  const isOurs = async () => (await isMarked()) || (await isUnmarkedStack())

  const data = async () => {
    if (!(await isOurs())) return []
    const found = await namesIn(join(folder, 'data'))
    return (contents.data ?? [])
      .filter((name) => found.includes(name))
      .map((name) => join(folder, 'data', name))
  }

  return {
    /** Returns whether the stack in this folder is one that minilake made. */
    isOurs,

    /** Returns the paths in `data/` that hold the stack's data. Empty if minilake did not make this folder. */
    data,

    /** Rejects if the folder has contents that a stack would mix with its own. Writes nothing. */
    async check(): Promise<void> {
      if (await isOurs()) return
      for (const name of Object.keys(contents)) {
        const found = await namesIn(join(folder, name))
        if (found.length === 0) continue
        throw new Error(
          `the stack's folder ${folder} has a folder ${name}/ that minilake did not create (with ${found.slice(0, 3).join(', ')}): choose another folder with MINILAKE_STACK_FOLDER, or move ${name}/ away`,
        )
      }
    },

    /** Makes the folder, so that a marker comes before anything else. Call `check` first. */
    async claim(): Promise<void> {
      if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, passableMode())
      if (await isMarked()) return
      const text = `minilake up --native keeps a stack in this folder. minilake down --native --volumes removes its data:\n${dataNames.map((name) => `data/${name}\n`).join('')}`
      await writeFile(marker, text, { mode: 0o600 })
    },

    /** Makes the folders for data. Only their owner can open them, even those that an earlier version left open to all. */
    async makeDataFolders(): Promise<void> {
      const above = join(folder, 'data')
      await mkdir(above, { recursive: true })
      await chmod(above, passableMode())
      for (const name of dataNames) {
        if (name === 'postgres') continue // initdb makes it
        await mkdir(join(above, name), { recursive: true })
        await chmod(join(above, name), 0o700)
      }
    },

    /** Removes the stack's data and returns their paths. Leaves everything else in the folder. */
    async removeData(): Promise<string[]> {
      const removed = await data()
      for (const path of removed) await rm(path, { recursive: true, force: true })
      if (removed.length > 0) await rmdir(join(folder, 'data')).catch(() => {}) // something else is in it
      return removed
    },
  }
}

/** Mode of a folder that leads to PostgreSQL's data: as root's, PostgreSQL runs as another user, who must get through it. */
function passableMode(): number {
  return getuid?.() === 0 ? 0o711 : 0o700
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
}
