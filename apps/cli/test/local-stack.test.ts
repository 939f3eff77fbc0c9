import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { freshFolder, minilakeIn } from './run-minilake.js'

const git = (folder: string, ...args: string[]) => promisify(execFile)('git', args, { cwd: folder })

describe('down', () => {
  test.each([['--native'], []])(
    'removes nothing of a folder that minilake did not make: %s',
    async (...native) => {
      const { folder } = await freshFolder()
      await mkdir(join(folder, 'data', 'postgres'), { recursive: true })
      await writeFile(join(folder, 'data', 'readings.csv'), 'mine')
      const minilake = minilakeIn(folder, { MINILAKE_STACK_FOLDER: '.', PATH: await fakeDocker(folder) })
      expect(await minilake('down', ...native, '--volumes', '--yes')).toMatchObject({
        code: 0,
        stdout: 'nothing to stop\nno data to remove\n',
      })
      expect(await readFile(join(folder, 'data', 'readings.csv'), 'utf8')).toBe('mine')
      expect((await readdir(folder)).toSorted()).toEqual(['bin', 'data'])
    },
  )

  test('lists the data of a stack that is stopped, and removes exactly these with --yes', async () => {
    const { folder, minilake } = await freshFolder()
    const stack = join(folder, '.minilake')
    await mkdir(join(stack, 'data', 'minio', 'bucket'), { recursive: true })
    await writeFile(join(stack, '.minilake-stack'), '')
    await writeFile(join(stack, 'data', 'notes.txt'), 'mine')
    // Without Docker, there can be no other stack.
    const listed = await minilakeIn(folder, { PATH: '/nowhere' })('down', '--volumes')
    expect(listed).toMatchObject({
      code: 0,
      stdout: `nothing to stop\nwould remove ${stack}/data/minio\n`,
      stderr: '--yes removes them\n',
    })
    expect(await readdir(join(stack, 'data', 'minio'))).toEqual(['bucket'])

    const removed = await minilake('down', '--native', '--volumes', '--yes', '--json')
    expect(JSON.parse(removed.stdout)).toEqual({
      stopped: [],
      data: [join(stack, 'data', 'minio')],
      isRemoved: true,
    })
    expect(await readdir(join(stack, 'data'))).toEqual(['notes.txt'])
  })
})

describe('up', () => {
  test.each([['--native'], []])(
    'writes nothing if the machine cannot run the stack: up %s',
    async (...native) => {
      const { folder } = await freshFolder()
      await git(folder, 'init', '--quiet')
      const run = await minilakeIn(folder, { PATH: '/nowhere', HOME: folder })('up', ...native)
      expect(run).toMatchObject({ code: 1, stdout: '' })
      expect(run.stderr).toMatch(/missing on this machine|expected Docker/)
      expect(await readdir(folder)).toEqual(['.git'])
    },
  )

  test('makes no new credentials for data that were made with lost ones', async () => {
    const { folder } = await freshFolder()
    const PATH = await fakeDocker(folder, 'minilake-x_postgres\n')
    const run = await minilakeIn(folder, { PATH })('up')
    expect(run.code).toBe(1)
    expect(run.stderr).toMatch(
      /the stack's data \(minilake-x_postgres\) belong to a METASTORE_DB_PASSWORD that was in \.env, which now has none: put the former \.env back, or remove the data with minilake down --volumes --yes/,
    )
    expect(await readdir(folder)).toEqual(['bin'])
  })
})

describe('init in a git work tree', () => {
  test('keeps credentials, stack, lake and data files out of git, and says so once', async () => {
    const { folder, minilake } = await freshFolder()
    await git(folder, 'init', '--quiet')
    await writeFile(join(folder, '.gitignore'), 'node_modules/\nout/')
    const { stderr } = await minilake('init')
    expect(stderr).toMatch(/^added \/\.env, \/\.minilake\/, \/lake\/ to \.gitignore\n/)
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe(
      'node_modules/\nout/\n/.env\n/.minilake/\n/lake/\n',
    )
    await writeFile(join(folder, '.env'), 'secret')
    await mkdir(join(folder, 'lake'))
    await writeFile(join(folder, 'lake', 'x'), '')
    const { stdout } = await git(folder, 'status', '--porcelain', '--untracked-files=all')
    expect(stdout).toBe('?? .gitignore\n?? minilake.config.ts\n')
  })

  test('adds nothing that a folder above ignores, or that the user keeps in git', async () => {
    const { folder } = await freshFolder()
    await git(folder, 'init', '--quiet')
    await writeFile(join(folder, '.gitignore'), '.env\n.minilake/\nlake/\n')
    await mkdir(join(folder, 'sub'))
    await writeFile(join(folder, 'sub', '.gitignore'), '!/out/\n')
    const { stderr } = await minilakeIn(join(folder, 'sub'))('init')
    expect(stderr).toMatch(/^minilake\.config\.ts written/)
    expect(await readFile(join(folder, 'sub', '.gitignore'), 'utf8')).toBe('!/out/\n')
  })

  test('outside a work tree, no .gitignore is written', async () => {
    const { folder, minilake } = await freshFolder()
    await minilake('init')
    expect(await readdir(folder)).toEqual(['minilake.config.ts'])
  })
})

/** Writes a Docker that knows no containers, and these volumes. Returns the PATH to it, which also leads to git. */
async function fakeDocker(folder: string, volumes = ''): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const script = `#!/bin/sh
case "$*" in
*version*) echo 2.40.3 ;;
*volume*) printf '${volumes.replaceAll('\n', '\\n')}' ;;
esac
`
  await writeFile(join(bin, 'docker'), script, { mode: 0o755 })
  return `${bin}:/usr/bin:/bin`
}
