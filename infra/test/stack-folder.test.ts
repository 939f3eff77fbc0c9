import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execPath } from 'node:process'
import { describe, expect, onTestFinished, test } from 'vitest'
import { backgroundProcesses } from '../src/background-process.js'
import { stackFolder } from '../src/stack-folder.js'
import { temporaryFolder } from './temporary-folder.js'

const write = async (folder: string, ...paths: string[]) => {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), 'text')
  }
}

const programs = ['programs/minio-1/minio', 'programs/metastore-1/x', 'programs/trino-1/x']
const stackFiles = ['data/postgres/PG_VERSION', 'data/minio/x', 'logs/minio.log', 'run/lock.json']

const made = async () => {
  const home = join(await temporaryFolder(), 'stack')
  const place = stackFolder(home)
  await place.check()
  await place.claim()
  await place.makeDataFolders()
  return { home, place }
}

describe('a folder that minilake made', () => {
  test('lists its data, and removes exactly these', async () => {
    const { home, place } = await made()
    await write(home, 'data/postgres/PG_VERSION', 'data/minio/x', 'programs/minio-1/minio', 'logs/minio.log')
    const paths = ['postgres', 'minio', 'metastore', 'trino', 'mc'].map((name) => join(home, 'data', name))
    expect(await place.data()).toEqual(paths)
    expect(await place.removeData()).toEqual(paths)
    expect((await readdir(home)).toSorted()).toEqual(['.minilake-stack', 'logs', 'programs'])
    expect(await place.data()).toEqual([])
    await place.check()
  })

  test('keeps other files among its data', async () => {
    const { home, place } = await made()
    await write(home, 'data/notes.txt', 'data/minio-backup/x')
    await place.removeData()
    expect((await readdir(join(home, 'data'))).toSorted()).toEqual(['minio-backup', 'notes.txt'])
  })

  test('removes a link to another folder, but not its target', async () => {
    const { home, place } = await made()
    const other = await temporaryFolder()
    await write(other, 'precious')
    await symlink(other, join(home, 'data', 'postgres'))
    await place.removeData()
    expect(await readdir(other)).toEqual(['precious'])
  })

  test('denies access to other users, even if an earlier version allowed it', async () => {
    const { home } = await made()
    await mkdir(join(home, 'data', 'minio', 'bucket'), { mode: 0o755 })
    for (const name of ['minio', 'metastore', 'trino', 'mc']) {
      expect((await stat(join(home, 'data', name))).mode & 0o777, name).toBe(0o700)
    }
    expect((await stat(join(home, 'data'))).mode & 0o066).toBe(0)
    expect((await stat(home)).mode & 0o066).toBe(0)
    expect((await stat(join(home, '.minilake-stack'))).mode & 0o777).toBe(0o600)
  })
})

describe('a folder that minilake did not create', () => {
  test.each([
    ['data', 'data/readings.csv'],
    ['data', 'data/postgres/PG_VERSION'],
    ['logs', 'logs/minio.log'],
    ['run', 'run/app.pid'],
  ])('with %s/ is refused, and nothing in it is ours: %s', async (name, path) => {
    const home = await temporaryFolder()
    await write(home, path)
    const place = stackFolder(home)
    await expect(place.check()).rejects.toThrow(
      `the stack's folder ${home} has a folder ${name}/ that minilake did not create (with ${path.split('/')[1]}): choose another folder with MINILAKE_STACK_FOLDER, or move ${name}/ away`,
    )
    expect(await place.data()).toEqual([])
    expect(await place.removeData()).toEqual([])
    expect(await readdir(home)).toEqual([name])
  })

  test('can be used if it has no such folders, and keeps its other files', async () => {
    const home = await temporaryFolder()
    await write(home, 'package.json', 'src/index.js')
    const before = (await stat(home)).mode
    const place = stackFolder(home)
    await place.check()
    await place.claim()
    expect((await stat(home)).mode).toBe(before)
    await write(home, 'data/minio/x')
    expect(await place.data()).toEqual([join(home, 'data', 'minio')])
  })
})

describe('a stack of a version that wrote no marker', () => {
  test('is recognised by its contents', async () => {
    const home = await temporaryFolder()
    await write(home, ...programs, ...stackFiles, '.env')
    const place = stackFolder(home)
    await place.check()
    expect(await place.data()).toEqual([join(home, 'data', 'postgres'), join(home, 'data', 'minio')])
  })

  test.each(['data/readings.csv', 'logs/app.log', 'run/app.pid'])(
    'is not recognised if there is %s',
    async (path) => {
      const home = await temporaryFolder()
      await write(home, ...programs, ...stackFiles, path)
      const place = stackFolder(home)
      expect(await place.data()).toEqual([])
      await expect(place.check()).rejects.toThrow('that minilake did not create')
    },
  )

  test('is recognised by a part that runs', async () => {
    const home = await temporaryFolder()
    const processes = backgroundProcesses(home)
    await processes.start('minio', {
      command: execPath,
      args: ['-e', 'setInterval(() => {}, 1000)'],
      env: {},
    })
    onTestFinished(async () => void (await processes.stop('minio', 'SIGKILL')))
    await write(home, 'data/minio/x', 'data/readings.csv')
    expect(await stackFolder(home).data()).toEqual([join(home, 'data', 'minio')])
  })
})
