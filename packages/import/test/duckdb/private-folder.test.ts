import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { privateFolder } from '../../src/index.js'

test('the folder of a killed process is removed by the next one of the same purpose, once it is dead', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'minilake-private-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  onTestFinished(() => void child.kill('SIGKILL'))
  const own = await privateFolder(parent, 'write')
  const owner = JSON.parse(await readFile(join(own.path, 'minilake-owner.json'), 'utf8')) as object
  await own.remove()
  const abandoned = join(parent, `minilake-write-${child.pid}-abcdef`)
  await mkdir(join(abandoned, 'files'), { recursive: true })
  await writeFile(
    join(abandoned, 'minilake-owner.json'),
    JSON.stringify({ ...owner, pid: child.pid, started: '' }),
  )

  const whileItLives = await privateFolder(parent, 'write')
  expect(await readdir(parent)).toHaveLength(2)
  await whileItLives.remove()
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await privateFolder(parent)).remove() // of another purpose
  expect(await readdir(parent)).toHaveLength(1)
  await (await privateFolder(parent, 'write')).remove()
  expect(await readdir(parent)).toEqual([])
})
