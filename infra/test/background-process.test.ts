import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath, kill, pid as ownPid } from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { backgroundProcesses } from '../src/background-process.js'
import { temporaryFolder } from './temporary-folder.js'

const processesIn = async (folder: string, script: string) => {
  const processes = backgroundProcesses(folder)
  await processes.start('part', { command: execPath, args: ['-e', script], env: {} })
  onTestFinished(async () => void (await processes.stop('part', 'SIGKILL')))
  return processes
}

const untilLogged = async (processes: ReturnType<typeof backgroundProcesses>, text: string) =>
  expect.poll(() => processes.lastLines('part', 1), { timeout: 20_000 }).toBe(text)

/** Waits until a process no longer exists. It remains a zombie until its parent, which is this process, reaps it. */
const untilGone = (pid: number) =>
  expect
    .poll(
      () => {
        try {
          return kill(pid, 0)
        } catch (error) {
          return (error as NodeJS.ErrnoException).code
        }
      },
      { timeout: 20_000 },
    )
    .toBe('ESRCH')

test('finds a process by name until it is stopped, also in another run', async () => {
  const folder = await temporaryFolder()
  expect(await backgroundProcesses(folder).find('part')).toBeUndefined()
  const processes = await processesIn(folder, 'console.log("one\\ntwo"); setInterval(() => {}, 1000)')
  await untilLogged(processes, 'two')
  const later = backgroundProcesses(folder)
  const pid = await later.find('part')
  expect(pid).toBeGreaterThan(0)
  expect(await later.lastLines('part', 2)).toBe('one\ntwo')
  expect(await readFile(later.logPath('part'), 'utf8')).toBe('one\ntwo\n')

  expect(await later.stop('part', 'SIGTERM')).toBe(true)
  await untilGone(pid as number)
  expect(await later.find('part')).toBeUndefined()
  expect(await later.stop('part', 'SIGTERM')).toBe(false)
})

test('does not find a process that exited by itself', async () => {
  const processes = await processesIn(await temporaryFolder(), '')
  await expect.poll(() => processes.find('part'), { timeout: 20_000 }).toBeUndefined()
})

test('ignores and does not stop another process that reuses the process id', async () => {
  const folder = await temporaryFolder()
  const processes = await processesIn(folder, '')
  await expect.poll(() => processes.find('part'), { timeout: 20_000 }).toBeUndefined()
  await writeFile(join(folder, 'run', 'part.json'), JSON.stringify({ pid: ownPid, began: 'earlier' }))
  expect(await processes.find('part')).toBeUndefined()
  expect(await processes.stop('part', 'SIGKILL')).toBe(false)
})

test('ignores a record that a full disk has truncated', async () => {
  const processes = await processesIn(await temporaryFolder(), '')
  await writeFile(processes.logPath('part').replace('/logs/', '/run/').replace('.log', '.json'), '{"pid":')
  expect(await processes.find('part')).toBeUndefined()
  expect(await processes.stop('part', 'SIGTERM')).toBe(false)
})

test('only one process at a time may start or stop parts in a folder', async () => {
  const folder = await temporaryFolder()
  const [one, other] = [backgroundProcesses(folder), backgroundProcesses(folder)]
  const found = await one.withLock(() => other.withLock(() => Promise.resolve('both')).catch(String))
  expect(found).toMatch(`Error: another minilake (process ${ownPid}) is starting or stopping the stack`)
  expect(await other.withLock(() => Promise.resolve('alone'))).toBe('alone')
})

test('kills a process that ignores the signal to exit', async () => {
  const script = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("deaf")'
  const processes = await processesIn(await temporaryFolder(), script)
  await untilLogged(processes, 'deaf')
  const pid = await processes.find('part')
  expect(await processes.stop('part', 'SIGTERM', { killAfterSeconds: 0.2 })).toBe(true)
  await untilGone(pid as number)
})

test('recognises changed settings, also in another run, without storing them', async () => {
  const folder = await temporaryFolder()
  const settings = { PORT: '1', SECRET: 'geheim' }
  const program = { command: execPath, args: ['-e', 'console.log(process.env.SECRET, process.env.A)'] }
  const processes = backgroundProcesses(folder)
  await processes.start('part', { ...program, env: { A: 'a', SECRET: 'other' }, settings })
  await untilLogged(processes, 'geheim a')

  const later = backgroundProcesses(folder)
  expect(await later.hasSettings('part', settings)).toBe(true)
  expect(await later.hasSettings('part', { ...settings, SECRET: 'another' })).toBe(false)
  expect(await later.hasSettings('part', undefined)).toBe(false)
  const record = join(folder, 'run', 'part.json')
  expect(await readFile(record, 'utf8')).not.toContain('geheim')
  expect((await stat(record)).mode & 0o777).toBe(0o600)

  await processes.start('part', { ...program, env: {} })
  expect(await later.hasSettings('part', undefined)).toBe(true)
  expect(await later.hasSettings('part', settings)).toBe(false)
})

test('rejects if the program cannot be started', async () => {
  const processes = backgroundProcesses(await temporaryFolder())
  await expect(processes.start('part', { command: '/nowhere', args: [], env: {} })).rejects.toThrow('ENOENT')
  expect(await processes.find('part')).toBeUndefined()
})

test('ends a process whose record cannot be written', async () => {
  const folder = await temporaryFolder()
  const processes = backgroundProcesses(folder)
  await mkdir(join(folder, 'run', 'part.json'), { recursive: true })
  const script = 'console.log(process.pid); setInterval(() => {}, 1000)'
  await expect(processes.start('part', { command: execPath, args: ['-e', script], env: {} })).rejects.toThrow(
    /EISDIR|ENOTEMPTY|EEXIST/,
  )
  // It may not have come so far as to print its id.
  const pid = Number(await processes.lastLines('part', 1))
  if (pid > 0) await untilGone(pid)
  const running = await readdir('/proc').catch(() => [])
  for (const id of running.filter((name) => /^\d+$/.test(name))) {
    const args = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')
    expect(args.includes(folder) || args.includes(script)).toBe(false)
  }
  expect(await readdir(join(folder, 'run'))).toEqual(['part.json'])
})

test('other users cannot read records and logs, even if an earlier version allowed it', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'logs'), { mode: 0o755 })
  await processesIn(folder, '')
  for (const [path, mode] of [
    ['logs', 0o700],
    ['run', 0o700],
    ['logs/part.log', 0o600],
    ['run/part.json', 0o600],
  ] as const) {
    expect((await stat(join(folder, path))).mode & 0o777, path).toBe(mode)
  }
})
