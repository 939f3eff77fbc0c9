import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { kill, pid as ownPid } from 'node:process'

/** A folder for the temporary files of this process. */
export interface PrivateFolder {
  readonly path: string
  /** Removes the folder and its files. */
  remove(): Promise<void>
}

/** The rest of a private folder's name: its process id, and six characters that `mkdtemp` chooses. */
const nameEnd = /^\d+-[a-zA-Z0-9]{6}$/

/** The file in a private folder that tells which process it belongs to. */
const ownerFile = 'minilake-owner.json'

/**
 * Creates a private folder below `parent`, which is created if it is missing, and removes those that this user's crashed processes
 * left there. Its name begins with `minilake-`, and `purpose`.
 */
export async function privateFolder(parent: string, purpose = 'duckdb'): Promise<PrivateFolder> {
  const namePrefix = `minilake-${purpose}-`
  await mkdir(parent, { recursive: true })
  const path = await mkdtemp(join(parent, `${namePrefix}${ownPid}-`)) // mode 0700
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 })
  try {
    await writeFile(join(path, ownerFile), JSON.stringify(await thisProcess()))
    await removeAbandoned(parent, namePrefix, (await lstat(path)).uid)
  } catch (error) {
    await remove()
    throw error
  }
  return { path, remove }
}

/** Removes a user's private folders whose processes are gone. What cannot be removed is left to the next call. */
async function removeAbandoned(parent: string, namePrefix: string, uid: number): Promise<void> {
  const names = await readdir(parent)
  const isPrivate = (name: string) =>
    name.startsWith(namePrefix) && nameEnd.test(name.slice(namePrefix.length))
  const paths = names.filter(isPrivate).map((name) => join(parent, name))
  for (const path of paths) {
    const found = await lstat(path).catch(() => undefined) // does not follow a link to elsewhere
    if (!found?.isDirectory() || found.uid !== uid) continue
    const owner = await ownerOf(path)
    if (owner && (await isGone(owner))) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

/** A process, such that no other process is ever taken for it. */
interface Owner {
  /** The host and, on Linux, its boot and process namespace: only within one is a process id meaningful. */
  machine: string
  pid: number
  /** When it started, in the system's notation. Empty if unknown, as without /proc. */
  started: string
}

async function thisProcess(): Promise<Owner> {
  return { machine: await thisMachine(), pid: ownPid, started: (await startOf(ownPid)) ?? '' }
}

async function ownerOf(folder: string): Promise<Owner | undefined> {
  try {
    const owner = JSON.parse(await readFile(join(folder, ownerFile), 'utf8')) as Partial<Owner> | null
    const { machine, pid, started } = owner ?? {}
    if (machine === undefined || started === undefined || !Number.isSafeInteger(pid)) return undefined
    return { machine, pid: pid as number, started }
  } catch {
    return undefined // its process has just created it, or somebody else did
  }
}

/**
 * Whether a process is certainly gone:
 *
 * | machine    | process id | start     |      |
 * | ---------- | ---------- | --------- | ---- |
 * | another    |            |           | no   |
 * | this       | unused     |           | yes  |
 * | this       | used       | the same  | no   |
 * | this       | used       | another   | yes  |
 * | this       | used       | unknown   | no   |
 */
async function isGone({ machine, pid, started }: Owner): Promise<boolean> {
  if (machine !== (await thisMachine())) return false
  try {
    kill(pid, 0) // sends nothing, only looks
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  const start = await startOf(pid)
  return start !== undefined && started !== '' && start !== started
}

async function thisMachine(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '')
  return [hostname(), boot.trim(), namespace].join(' ')
}

/** When a process started, in clock ticks since boot; 'exited' for one that its parent has not reaped; undefined if unknown. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined
  // proc(5): field 3 is the state, 22 the start. Field 2, the name in parentheses, may contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? 'exited' : fields[19]
}
